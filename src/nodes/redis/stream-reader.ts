import type { Connection } from './redis-client.js';
import type { Link } from './redis-connections.js';

interface Entry {
  readonly id: string;
  readonly message: Readonly<Record<string, string>>;
}

/** Shorter than the time after which a silent connection is taken for dead. */
const BLOCK_MS = 1_000;
const RETRY_MS = 100;
const COUNT = 100;

/**
 * Reads a stream on a connection of its own. The adapter would ask again at once when a read fails, for ever, and would
 * miss what is written between its first two reads: this one waits, and keeps its place.
 */
export class StreamReader {
  readonly #connection: Connection;
  #entries: Entry[] = [];
  #lastId: string | null = null;
  #isClosed = false;

  /** @param onBus - takes the messages of nodes to each other, in their place among the broadcasts */
  constructor(
    private readonly link: Link,
    private readonly stream: string,
    private readonly onBus: (message: string) => void,
  ) {
    this.#connection = link.connection();
  }

  /** Waits until nothing that is written from now on can be missed. */
  async started(timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (this.#lastId === null && performance.now() < end) await pause(10);
  }

  /** The next entries; it never rejects. */
  async read(): Promise<readonly [{ readonly messages: readonly Entry[] }] | null> {
    if (this.#isClosed) return null;
    const ready = this.#upToBus();
    if (ready.length > 0) return [{ messages: ready }];
    try {
      if (!this.#connection.isReady) throw new Error('not connected');
      this.#lastId ??= await this.#newestId();
      const args = ['COUNT', String(COUNT), 'BLOCK', String(BLOCK_MS), 'STREAMS', this.stream, this.#lastId];
      const reply = await this.#connection.send(['XREAD', ...args], this.stream);
      const entries = entriesOf(streamOf(reply));
      this.#lastId = entries.at(-1)?.id ?? this.#lastId;
      this.#entries = entries.filter((entry) => this.#isOurs(entry));
    } catch {
      await pause(RETRY_MS);
    }
    const messages = this.#upToBus();
    return messages.length === 0 ? null : [{ messages }];
  }

  /** Entries between two ids, for connection state recovery. */
  async range(stream: string, from: string, to: string): Promise<readonly Entry[]> {
    const reply = await this.link.command(['XRANGE', stream, from, to, 'COUNT', '1000'], stream);
    return entriesOf(reply).filter((entry) => this.#isOurs(entry));
  }

  close(): void {
    this.#isClosed = true;
    this.#connection.destroy();
  }

  /** Takes entries up to the next message of a node; those at the front are handed over first. */
  #upToBus(): readonly Entry[] {
    while (this.#entries[0]?.message['type'] === 'bus') {
      const [first] = this.#entries.splice(0, 1);
      this.onBus(first?.message['data'] ?? '');
    }
    const next = this.#entries.findIndex(({ message }) => message['type'] === 'bus');
    return this.#entries.splice(0, next === -1 ? this.#entries.length : next);
  }

  #isOurs({ message }: Entry): boolean {
    const isSigned = message['mac'] === macOf(this.link, this.stream, message);
    if (!isSigned && !this.link.options.acceptUnsigned) this.link.counters.forgedMessages++;
    return isSigned || this.link.options.acceptUnsigned;
  }

  async #newestId(): Promise<string> {
    const reply = await this.#connection.send(
      ['XREVRANGE', this.stream, '+', '-', 'COUNT', '1'],
      this.stream,
    );
    return entriesOf(reply)[0]?.id ?? '0-0';
  }
}

/** The signature of an entry. */
export function macOf(link: Link, stream: string, fields: Readonly<Record<string, string>>): string {
  const { uid = '', nsp = '', type = '', data = '' } = fields;
  const lengths = `${uid.length} ${nsp.length} ${type.length}`;
  return link.signer.mac(stream, `${lengths} ${uid}${nsp}${type}${data}`);
}

/** The one stream of a reply to XREAD, an array or, in RESP 3, a map. */
function streamOf(reply: unknown): unknown {
  if (reply === null || reply === undefined) return [];
  if (Array.isArray(reply)) return (reply[0] as unknown[])[1];
  return reply instanceof Map ? [...reply.values()][0] : Object.values(reply as object)[0];
}

function entriesOf(reply: unknown): Entry[] {
  return (reply as [unknown, unknown[]][]).map(([id, values]) => {
    const message: Record<string, string> = {};
    for (let i = 0; i + 1 < values.length; i += 2) message[String(values[i])] = String(values[i + 1]);
    return { id: String(id), message };
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
