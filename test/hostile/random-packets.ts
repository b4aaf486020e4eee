import { HOSTILE_NAMES, HOSTILE_PACKETS } from './packets.js';

const NAMESPACES = [
  '',
  ...[
    'answers',
    'steps',
    'raw',
    'hooks',
    'sync-hooks',
    'shared',
    'team/a',
    'emits',
    'asks',
    'auth',
    'bad-goodbye',
  ],
  ...['raw-goodbye', 'raw-strips', 'raw-outgoing', 'raw-use', 'bad-welcome', 'connect-steps'],
].map((name) => (name === '' ? '' : `/${name},`));
const EVENTS = [
  ...[
    'ping',
    'value',
    'echo',
    'throw',
    'async-throw',
    'slow',
    'ack-twice',
    'ack-too-late',
    'bigint',
    'schema',
  ],
  ...[
    'kick',
    'note',
    'emit',
    'ask',
    'forgets-next',
    'throws-beside-next',
    'parameter-rejects-and-next-throws',
  ],
  ...['disposal-throws-async', 'any-rejects', 'use-later', 'raw', 'raw-rejects', 'both', 'then-throws'],
];
const KINDS = [
  ...['ok', 'throws', 'rejects', 'hangs', 'disconnects', 'closes', 'details-bigint', 'forgets-next'],
  ...['throws-bigint', 'connection-throws', 'untouchable'],
];
const KEYS = [
  'a',
  'n',
  'to',
  'value',
  'kind',
  'then',
  'toJSON',
  '__proto__',
  'constructor',
  '_placeholder',
  'num',
];
const BROKEN = HOSTILE_PACKETS.filter(({ packets }) => packets.length === 1)
  .flatMap(({ packets }) => packets)
  .filter((packet) => packet.length < 1_000);

/** Random packets, the same ones for the same seed. */
export class RandomPackets {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** One packet, with its attachments. Most are well formed, so that they get past the parser. */
  next(): readonly (string | Buffer)[] {
    const kind = this.#number();
    if (kind < 0.7) return [this.#event()];
    if (kind < 0.8)
      return [`0${this.#pick(NAMESPACES)}${JSON.stringify({ kind: this.#pick(KINDS), value: 'bigint' })}`];
    if (kind < 0.83) return [`1${this.#pick(NAMESPACES)}`];
    if (kind < 0.9)
      return [`3${this.#pick(NAMESPACES)}${this.#below(20)}${JSON.stringify([this.#value(0)])}`];
    if (kind < 0.96) return this.#binaryEvent();
    if (kind < 0.98) return [this.#pick(BROKEN)];
    return [this.#damage(this.#event())];
  }

  #event(): string {
    const name = this.#number() < 0.95 ? this.#pick(EVENTS) : this.#pick(HOSTILE_NAMES);
    const args = Array.from({ length: this.#below(3) }, () => this.#value(0));
    return `2${this.#pick(NAMESPACES)}${this.#id()}${JSON.stringify([name, ...args])}`;
  }

  #binaryEvent(): (string | Buffer)[] {
    const count = 1 + this.#below(3);
    const data = [this.#pick(EVENTS), this.#value(0), { _placeholder: true, num: this.#below(count) }];
    const text = `5${count}-${this.#pick(NAMESPACES)}${this.#id()}${JSON.stringify(data)}`;
    return [text, ...Array<Buffer>(count).fill(Buffer.from('bytes'))];
  }

  #id(): string {
    return this.#number() < 0.6 ? String(this.#below(50)) : '';
  }

  #value(depth: number): unknown {
    const kind = this.#below(depth < 4 ? 8 : 5);
    if (kind === 0) return null;
    if (kind === 1) return this.#number() * 1e9;
    if (kind === 2) return this.#pick(['sync', 'async', 'timeout', 'room', 'bigint', 'circular', 'me', 'x']);
    if (kind < 5) return kind === 3;
    if (kind < 6) return Array.from({ length: this.#below(4) }, () => this.#value(depth + 1));
    const entries = Array.from({ length: this.#below(4) }, () => [this.#pick(KEYS), this.#value(depth + 1)]);
    return Object.fromEntries(entries);
  }

  #damage(text: string): string {
    const at = this.#below(text.length);
    return text.slice(0, at) + String.fromCharCode(this.#below(300)) + text.slice(at + this.#below(3));
  }

  #pick<TItem>(items: readonly TItem[]): TItem {
    return items[this.#below(items.length)] as TItem;
  }

  #below(limit: number): number {
    return Math.floor(this.#number() * limit);
  }

  /** mulberry32 */
  #number(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
