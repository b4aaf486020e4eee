import { randomBroken } from './broken.js';
import { FIRST_OWED_ID, NAMESPACES, randomAck, randomEvent } from './events.js';
import { packetOf, prefix, type RandomPacket } from './packet.js';
import type { Seeded } from './seeded.js';

/** Packets that are sent in one piece. Whoever sends them then waits for all that is owed, or for the end. */
export type Burst = readonly RandomPacket[];

const KICKING = ['/hooks', '/sync-hooks', '/shared'];
const ENDING_KIND = 'closes';
/** Auth, connect middleware and `@OnConnect` of the fixture server end in these ways. */
const KINDS = [
  ...['throws', 'rejects', 'hangs', 'disconnects', ENDING_KIND, 'throws-bigint', 'throws-untouchable'],
  ...['details-bigint', 'details-circular', 'untouchable', 'then-throws', 'nothing', 'null-user', 'empty-id'],
  ...['forgets-next', 'throws-beside-next', 'calls-twice', 'connection-throws', 'connection-rejects'],
];
/** Namespaces that let few in, or nobody. */
const REFUSING = ['/auth', '/auth', '/auth', '/auth-class', '/auth-scoped', '/data', '/data-rejects'];
/** Who has left cannot answer any more, and here the server asks. */
const ASKING = '/asks';
const MAX_BURSTS = 6;
const MAX_LENGTH = 16;

/** What one connection sends. It depends on the numbers alone, and not on what the server does. */
export class RandomVisit {
  /** Namespaces that have let it in for sure. */
  readonly #joined = new Set<string>();
  /** Namespaces that it has just asked to let it in: an event ahead of the answer would end the connection. */
  readonly #arriving = new Set<string>();
  /** Namespaces that it may be in or not: another CONNECT to one of them could end the connection. */
  readonly #unsure = new Set<string>();
  #nextId = FIRST_OWED_ID;
  /** It asked for the end of the connection, which comes soon, but not at once. */
  #isEnding = false;

  constructor(private readonly random: Seeded) {}

  /** The bursts, one after the other. */
  *bursts(): Generator<Burst> {
    const joins = Array.from({ length: this.random.int(1, 3) }, () => this.#join());
    yield [connect('/', 'ok'), ...joins.flat()];
    for (let left = this.random.int(1, MAX_BURSTS); left > 0 && !this.#isEnding; left--) {
      for (const namespace of this.#arriving) this.#joined.add(namespace);
      this.#arriving.clear();
      yield this.#burst();
    }
  }

  #burst(): Burst {
    const length = this.random.int(1, MAX_LENGTH);
    const packets: RandomPacket[] = [];
    while (packets.length < length) packets.push(...this.#next());
    return this.random.chance(0.15) ? this.#leave(packets) : packets;
  }

  #next(): readonly RandomPacket[] {
    const kind = this.random.next();
    if (kind < 0.82) return [this.#event(this.#place())];
    if (kind < 0.9) return [randomAck(this.random, this.#place())];
    if (kind < 0.93) return this.#join();
    return [randomBroken(this.random, ['/', ...this.#joined])];
  }

  #event(namespace: string): RandomPacket {
    return randomEvent(this.random, namespace, this.random.chance(0.7) ? this.#nextId++ : null);
  }

  #place(): string {
    return this.random.pick(['/', ...this.#joined]);
  }

  #join(): readonly RandomPacket[] {
    const isSure = this.random.chance(0.9);
    const namespace = this.random.pick(isSure ? NAMESPACES : [...NAMESPACES, ...REFUSING]);
    if ([this.#joined, this.#arriving, this.#unsure].some((places) => places.has(namespace))) return [];
    (isSure ? this.#arriving : this.#unsure).add(namespace);
    const kind = isSure ? 'ok' : this.random.pick(KINDS);
    this.#isEnding ||= kind === ENDING_KIND;
    return [connect(namespace, kind)];
  }

  /** Says goodbye, or makes the server say it, and goes on talking: who has left is owed nothing. */
  #leave(packets: Burst): Burst {
    const namespace = this.random.pick([...this.#joined]);
    if (namespace === undefined || namespace === ASKING) return packets;
    this.#joined.delete(namespace);
    const isKicked = KICKING.includes(namespace) && this.random.chance(0.5);
    // It is sent away when `@OnConnect` is over, whenever that is.
    if (isKicked) this.#unsure.add(namespace);
    const goodbye = isKicked ? `42${namespace},["kick"]` : `41${namespace},`;
    const late = Array.from({ length: this.random.int(0, 3) }, () => this.#event(namespace));
    return [
      ...packets.map((packet) => (packet.namespace === namespace ? { ...packet, isOwed: false } : packet)),
      packetOf(namespace, [goodbye]),
      ...late.map((packet) => ({ ...packet, isOwed: false, mayEnd: true })),
    ];
  }
}

function connect(namespace: string, kind: string): RandomPacket {
  const frames = [`40${prefix(namespace)}${JSON.stringify({ kind })}`];
  return packetOf(namespace, frames, { isConnect: true, mayEnd: kind === ENDING_KIND });
}
