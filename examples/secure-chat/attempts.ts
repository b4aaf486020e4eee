const WINDOW_MS = 60_000;
const MAX_PER_ACCOUNT = 5;
const MAX_PER_NETWORK = 20;
/** Counters that are kept; beyond it the oldest go. */
const MAX_COUNTERS = 10_000;

interface Counter {
  readonly until: number;
  count: number;
}

/**
 * Counts the attempts to sign in of each network in a minute: for each account, and for all accounts together. A count
 * of an account alone would let anybody keep its owner out, by wrong passwords.
 */
export class Attempts {
  private readonly counters = new Map<string, Counter>();

  /**
   * @param id - of the account; names that nobody has count together
   * @returns 0 for an attempt that is allowed, else the seconds to wait
   */
  count(address: string, id: string): number {
    const now = performance.now();
    const network = networkOf(address);
    return Math.max(
      this.add(`${network} ${id}`, MAX_PER_ACCOUNT, now),
      this.add(network, MAX_PER_NETWORK, now),
    );
  }

  /** Takes an attempt back that was no guess: it had the right password. */
  succeeded(address: string, id: string): void {
    const network = networkOf(address);
    for (const key of [`${network} ${id}`, network]) {
      const counter = this.counters.get(key);
      if (counter !== undefined) counter.count--;
    }
  }

  private add(key: string, limit: number, now: number): number {
    const known = this.counters.get(key);
    const counter = known && known.until > now ? known : { until: now + WINDOW_MS, count: 0 };
    if (counter !== known) this.keep(key, counter);
    counter.count++;
    return counter.count > limit ? Math.ceil((counter.until - now) / 1_000) : 0;
  }

  private keep(key: string, counter: Counter): void {
    this.counters.delete(key);
    this.counters.set(key, counter);
    const [oldest] = this.counters.size > MAX_COUNTERS ? this.counters.keys() : [];
    if (oldest !== undefined) this.counters.delete(oldest);
  }
}

/** Who has one IPv6 address has the 2^64 that begin like it. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [left = [], right = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = address.includes('::') ? Array<string>(8 - left.length - right.length).fill('0') : [];
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
