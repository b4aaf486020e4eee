import type { Traits } from '../../runtime/remote/node-adapter.js';
import { ANNOUNCE_MS } from '../../runtime/remote/request.js';
import type { RedisConnections } from './redis-connections.js';

/** Version of the batches that this release reads. */
const VERSION = 1;
/** Time between two counts of the subscribers. */
const COUNT_MS = 2_000;
/** After this silence a node does not count as one that reads batches. */
const SILENT_MS = 3 * ANNOUNCE_MS;
/** More nodes than this are not remembered. */
const MAX_NODES = 1_000;

interface Announced {
  readonly readsBatches: boolean;
  readonly seenAt: number;
}

/** Options of `BatchReaders`. */
interface BatchReadersOptions {
  /** Whether this node is one of the subscribers. */
  readonly isSubscriber: boolean;
  /** Whether this node reads batches, of which it tells the others. */
  readonly reads: boolean;
  /** Whether this node may send batches. */
  readonly sends: boolean;
}

/**
 * Knows whether every subscriber reads batches: as many nodes as Redis has subscribers have announced it lately, and none has
 * announced that it does not. A node announces itself after it has subscribed, and so can only be missing among those that
 * announced it: then the numbers differ, and messages are sent one by one.
 */
export class BatchReaders {
  /** What this node announces of itself. */
  readonly traits: Traits;
  readonly #nodes = new Map<string, Announced>();
  readonly #timer: NodeJS.Timeout | undefined;
  #command: readonly string[] = [];
  #areAll = false;
  /** Start of the present connection to Redis at the last count. */
  #since: number | null = null;
  #isCounting = false;
  #isOutdated = false;

  constructor(
    private readonly redis: RedisConnections,
    private readonly options: BatchReadersOptions,
  ) {
    this.traits = options.reads ? { batches: VERSION } : {};
    if (options.sends) this.#timer = setInterval(() => void this.#count(), COUNT_MS).unref();
  }

  /** Whether every subscriber is known to read batches. A count ahead of an outage is void. */
  get areAll(): boolean {
    return this.#areAll && this.redis.isUp && this.redis.heartbeat.since === this.#since;
  }

  /** Says which channel every node of Socket.IO subscribes to. */
  countAt(command: 'NUMSUB' | 'SHARDNUMSUB', channel: string): void {
    this.#command = ['PUBSUB', command, channel];
  }

  /** Takes what another node announces; null when it leaves. */
  heard(id: string, traits: Traits | null): void {
    const known = this.#nodes.get(id);
    if (traits === null) this.#nodes.delete(id);
    else if (known !== undefined || this.#nodes.size < MAX_NODES)
      this.#nodes.set(id, { readsBatches: traits['batches'] === VERSION, seenAt: performance.now() });
    const now = this.#nodes.get(id);
    if (now?.readsBatches === false) this.#areAll = false;
    if (now?.readsBatches !== known?.readsBatches) void this.#count();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#areAll = false;
    this.#command = [];
  }

  async #count(): Promise<void> {
    if (!this.options.sends || this.#command.length === 0) return;
    this.#isOutdated = true;
    if (this.#isCounting) return;
    this.#isCounting = true;
    while (this.#isOutdated) {
      this.#isOutdated = false;
      const { since } = this.redis.heartbeat;
      const subscribers = await this.#subscribers();
      this.#areAll = subscribers === this.#readers();
      this.#since = since;
    }
    this.#isCounting = false;
  }

  /** Number of nodes that read batches, this one included; null when one is known that does not. */
  #readers(): number | null {
    const after = performance.now() - SILENT_MS;
    for (const [id, { seenAt }] of this.#nodes) if (seenAt < after) this.#nodes.delete(id);
    if (![...this.#nodes.values()].every(({ readsBatches }) => readsBatches)) return null;
    return this.#nodes.size + (this.options.isSubscriber ? 1 : 0);
  }

  /** Number of subscribers; NaN when Redis does not tell. */
  async #subscribers(): Promise<number> {
    try {
      const [, count] = (await this.redis.command(this.#command, this.#command[2])) as [unknown, unknown];
      return Number(count);
    } catch {
      return Number.NaN;
    }
  }
}
