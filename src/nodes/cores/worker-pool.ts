import { backoffMs } from '../../base/backoff.js';
import type { Logger } from '../../base/logger.js';
import { type NodeOptions, NodeProcess, type ProcessEnd } from './node-process.js';

/** Options of `WorkerPool`: times in milliseconds, and counts. */
export interface WorkerPoolOptions extends NodeOptions {
  readonly stopTimeoutMs: number;
  readonly frozenTimeoutMs: number;
  readonly maxFailedStarts: number;
}

/** Listeners of `WorkerPool`. */
export interface WorkerPoolEvents {
  /** Called when a process was started. */
  onNode(node: NodeProcess): void;
  /** Called when nodes ended repeatedly before they served, and none serves. */
  onFailure(times: number, end: ProcessEnd): void;
}

/** Slot of the pool, which one node fills. */
interface Slot {
  readonly number: number;
  node: NodeProcess | null;
  /** Consecutive ends of nodes that had not served for long. */
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 30_000;
/** After serving for this long, the end of a node starts a new count of failures. */
const STEADY_MS = 30_000;
const TICK_MS = 1_000;
/** A node that was silent for this long gets no new clients. */
const SILENT_MS = 3_000;

/** Keeps a number of nodes running: starts another for each that ends, and replaces all of them on request. */
export class WorkerPool {
  readonly #slots: readonly Slot[];
  readonly #all = new Set<NodeProcess>();
  readonly #watch: NodeJS.Timeout;
  #lastTick = performance.now();
  #hasServed = false;
  #isStopping = false;
  #reloads = 0;

  constructor(
    private readonly options: WorkerPoolOptions,
    private readonly logger: Logger,
    private readonly events: WorkerPoolEvents,
  ) {
    this.#slots = Array.from({ length: options.nodes }, (_, i) => ({
      number: i + 1,
      node: null,
      failures: 0,
      timer: undefined,
    }));
    this.#watch = setInterval(this.#tick, TICK_MS);
  }

  /** Starts one node, and the others when that one serves: an error that they share is logged once. */
  open(): void {
    this.#start(this.#slots[0] as Slot);
  }

  /** Finds the node that has the fewest clients; null when none serves. */
  readonly leastBusy = (): NodeProcess | null => {
    const serving = [...this.#all].filter(({ isServing }) => isServing);
    const heard = serving.filter(({ heardAt }) => performance.now() - heardAt < SILENT_MS);
    const [first = null, ...others] = heard.length > 0 ? heard : serving;
    return others.reduce((least, node) => (least !== null && least.load <= node.load ? least : node), first);
  };

  /** Replaces every node, one after the other. Each is ended when its successor serves; if that fails, the rest stay. */
  async reload(): Promise<void> {
    this.#reloads++;
    if (this.#reloads > 1) return; // the reload that runs begins again when it is done
    do {
      this.#reloads = 1;
      this.logger.info({ event: 'cluster.reload', nodes: this.#slots.length });
      const failed = await this.#replaceAll();
      if (failed !== null) this.logger.error({ event: 'cluster.reload-failed', ...failed });
      else if (!this.#isStopping) this.logger.info({ event: 'cluster.reloaded' });
    } while (this.#reloads > 1 && !this.#isStopping);
    this.#reloads = 0;
  }

  /** Ends all nodes at the same time and starts no more. */
  async close(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#watch);
    for (const { timer } of this.#slots) clearTimeout(timer);
    await Promise.all([...this.#all].map((node) => node.stop(this.options.stopTimeoutMs)));
  }

  /** Kills all nodes. */
  kill(): void {
    this.#isStopping = true;
    for (const node of this.#all) node.kill();
  }

  #make(slot: Slot): NodeProcess {
    const node = new NodeProcess(slot.number, this.options);
    this.#all.add(node);
    this.events.onNode(node);
    void node.ended.then((end) => {
      this.#all.delete(node);
      if (slot.node === node && !this.#isStopping) this.#onEnd(slot, node, end);
    });
    return node;
  }

  #start(slot: Slot): void {
    const node = this.#make(slot);
    slot.node = node;
    void node.ready.then((isReady) => {
      if (!isReady || this.#isStopping) return;
      this.logger.info({ event: 'cluster.node-serves', number: slot.number, pid: node.pid });
      if (this.#hasServed) return;
      this.#hasServed = true;
      for (const other of this.#slots) if (other.node === null) this.#start(other);
    });
  }

  #onEnd(slot: Slot, { servingSince, pid }: NodeProcess, end: ProcessEnd): void {
    const wasSteady = servingSince !== null && performance.now() - servingSince > STEADY_MS;
    slot.failures = wasSteady ? 1 : slot.failures + 1;
    const { maxFailedStarts } = this.options;
    // While other nodes serve, a broken one is no reason to disconnect all clients.
    const isHopeless = servingSince === null && slot.failures >= maxFailedStarts && this.leastBusy() === null;
    if (isHopeless) return this.events.onFailure(slot.failures, end);
    const range = { firstMs: FIRST_WAIT_MS, maxMs: MAX_WAIT_MS };
    const inMs = Math.round(backoffMs(slot.failures - 1, range));
    this.logger.warn({ event: 'cluster.node-ended', number: slot.number, pid, ...end, againInMs: inMs });
    slot.timer = setTimeout(() => this.#start(slot), inMs);
  }

  /** @returns the end of a successor that never served; null when all were replaced, or the pool closes */
  async #replaceAll(): Promise<({ readonly number: number } & ProcessEnd) | null> {
    for (const slot of this.#slots) {
      const fresh = this.#make(slot);
      const isReady = await fresh.ready;
      if (this.#isStopping) return null;
      if (!isReady) return { number: slot.number, ...(await fresh.ended) };
      const old = slot.node;
      clearTimeout(slot.timer);
      slot.node = fresh;
      slot.failures = 0;
      this.logger.info({
        event: 'cluster.node-replaced',
        number: slot.number,
        pid: fresh.pid,
        was: old?.pid,
      });
      await old?.stop(this.options.stopTimeoutMs);
      if (this.#isStopping) return null;
    }
    return null;
  }

  /** Kills frozen nodes: they serve no client, and messages to them wait in the primary. */
  readonly #tick = (): void => {
    const now = performance.now();
    const wasBusy = now - this.#lastTick > 2 * TICK_MS; // this process: messages of the nodes may lie unread
    this.#lastTick = now;
    for (const node of this.#all) {
      if (wasBusy) node.heardAt = now;
      if (!node.isServing || now - node.heardAt < this.options.frozenTimeoutMs) continue;
      this.logger.error({ event: 'cluster.node-frozen', number: node.number, pid: node.pid });
      node.kill();
    }
  };
}
