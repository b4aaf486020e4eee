/** Last answer of one node. */
export interface NodeAnswer {
  readonly node: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers to a question to all nodes. */
export interface Answers {
  readonly replies: readonly NodeAnswer[];
  /** Names of the nodes that did not answer. */
  readonly missing: readonly string[];
}

/** Options of a question. */
export interface RequestOptions {
  readonly timeoutMs?: number;
  /** Sees each answer as it comes; true ends the question. */
  readonly onReply?: (answer: NodeAnswer, isLast: boolean) => boolean | undefined;
  /**
   * Whether it keeps its place among broadcasts. Where these travel by a stream, a node that was cut off gets it late.
   * @default true
   */
  readonly inOrder?: boolean;
}

/** The answers of an application that has no other nodes. */
export const NOBODY: Answers = Object.freeze({ replies: Object.freeze([]), missing: Object.freeze([]) });

/** One question that is under way. It ends once, at the latest at its time limit. */
export class Request {
  readonly #waiting: Map<string, string>;
  readonly #replies: NodeAnswer[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(
    peers: readonly Peer[],
    private readonly options: RequestOptions & { readonly timeoutMs: number },
    private readonly done: (answers: Answers) => void,
  ) {
    this.#waiting = new Map(peers.map(({ id, name }) => [id, name]));
    this.#timer = setTimeout(() => this.end(), options.timeoutMs);
    if (this.#waiting.size === 0) this.end();
  }

  static start(
    peers: readonly Peer[],
    options: RequestOptions & { readonly timeoutMs: number },
  ): { readonly promise: Promise<Answers>; readonly request: Request } {
    let done!: (answers: Answers) => void;
    const promise = new Promise<Answers>((resolve) => {
      done = resolve;
    });
    return { promise, request: new Request(peers, options, done) };
  }

  /** Takes an answer; of nodes that were not asked, or have answered already, there is none to take. */
  take(from: string, body: NodeAnswer['body'], isLast: boolean): void {
    const node = this.#waiting.get(from);
    if (node === undefined) return;
    const answer = { node, body };
    if (isLast) {
      this.#waiting.delete(from);
      this.#replies.push(answer);
    }
    const isEnough = this.options.onReply?.(answer, isLast) === true;
    if (isEnough || this.#waiting.size === 0) this.end();
  }

  /** A node said goodbye: it has nothing to answer any more. */
  left(id: string): void {
    const node = this.#waiting.get(id);
    if (node === undefined) return;
    this.#waiting.delete(id);
    const isEnough = this.options.onReply?.({ node, body: { left: true } }, true) === true;
    if (isEnough || this.#waiting.size === 0) this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.done({ replies: this.#replies, missing: [...this.#waiting.values()] });
  }
}

/** Begins the keys of the encoding. It is put before keys of payloads that begin so, and taken off again. */
const MARK = '\u0001';
const BINARY = `${MARK}binary`;
/** The mark, as JSON writes it. */
const WRITTEN_MARK = '"\\u0001';

/**
 * Encodes what travels between nodes: JSON, with binary values inside.
 *
 * @throws {TypeError} when it cannot be encoded
 */
export function encodeMessage(message: object): string {
  return JSON.stringify(message, function (this: unknown, key, value: unknown) {
    // Buffers have a toJSON, which has run by now: the holder still has the original.
    const raw = (this as Record<string, unknown>)[key];
    if (raw instanceof ArrayBuffer) return { [BINARY]: Buffer.from(raw).toString('base64') };
    if (!ArrayBuffer.isView(raw)) return hasMarkedKey(value) ? withKeys(value, (name) => MARK + name) : value;
    return { [BINARY]: Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64') };
  });
}

/** Decodes what another node encoded; null when it is no object, or nothing that can be read. */
export function decodeMessage(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const message: unknown = text.includes(WRITTEN_MARK) ? JSON.parse(text, revive) : JSON.parse(text);
    return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function revive(_key: string, value: unknown): unknown {
  if (!hasMarkedKey(value)) return value;
  if (Object.hasOwn(value, BINARY))
    return Buffer.from(String((value as Record<string, unknown>)[BINARY]), 'base64');
  return withKeys(value, (name) => name.slice(MARK.length));
}

function hasMarkedKey(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) if (name.startsWith(MARK)) return true;
  return false;
}

/** Copies an object with its marked keys changed. */
function withKeys(value: object, change: (name: string) => string): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name.startsWith(MARK) ? change(name) : name, one]),
  );
}

/** Another node, as far as it is known here. */
export interface Peer {
  readonly id: string;
  readonly name: string;
  seenAt: number;
}

/** Milliseconds between two announcements of a node. */
export const ANNOUNCE_MS = 1_000;
/** After this silence a node is asked, but no longer waited for: it may be frozen or dead. */
const SILENT_MS = 5_000;
/** After this silence a node is forgotten, and not missed any more. */
const FORGET_MS = 30_000;
/** More nodes than this are not remembered: what announces itself is others' to send. */
const MAX_PEERS = 1_000;

/** The other nodes: who announced itself, and when it was last heard of. */
export class Nodes {
  readonly #peers = new Map<string, Peer>();

  /** @returns whether the node is new */
  heard(id: string, name: string, now = Date.now()): boolean {
    const known = this.#peers.get(id);
    if (known !== undefined) {
      known.seenAt = now;
      return false;
    }
    if (this.#peers.size >= MAX_PEERS) return false;
    this.#peers.set(id, { id, name, seenAt: now });
    return true;
  }

  left(id: string): void {
    this.#peers.delete(id);
  }

  nameOf(id: string): string | null {
    return this.#peers.get(id)?.name ?? null;
  }

  /** Those that are waited for. */
  living(now = Date.now()): readonly Peer[] {
    return [...this.#peers.values()].filter(({ seenAt }) => now - seenAt < SILENT_MS);
  }

  /** Those that were there lately and are silent now. */
  silent(now = Date.now()): readonly Peer[] {
    return [...this.#peers.values()].filter(({ seenAt }) => now - seenAt >= SILENT_MS);
  }

  forgetLost(now = Date.now()): void {
    for (const { id, seenAt } of this.#peers.values()) if (now - seenAt >= FORGET_MS) this.#peers.delete(id);
  }

  /** Nobody was heard while the way to them was cut, which is not their silence. */
  excuse(now = Date.now()): void {
    for (const peer of this.#peers.values()) peer.seenAt = now;
  }
}
