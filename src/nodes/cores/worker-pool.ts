import type { Logger } from '../../base/logger.js';
import { type End, type NodeOptions, NodeProcess } from './node-process.js';

/** Times in milliseconds, and counts, that the nodes are kept by. */
export interface CrewOptions extends NodeOptions {
  readonly stopTimeoutMs: number;
  readonly frozenTimeoutMs: number;
  readonly maxFailedStarts: number;
}

/** Told of what happens to nodes. */
export interface CrewEvents {
  /** A process was made. */
  onNode(node: NodeProcess): void;
  /** Nodes end before they serve, again and again, and none serves. */
  onFailure(times: number, end: End): void;
}

/** One of the places that are to be filled. */
interface Place {
  readonly number: number;
  node: NodeProcess | null;
  /** Ends in a row, of nodes that had not served for long. */
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 30_000;
/** A node that served for so long was well. */
const STEADY_MS = 30_000;
const TICK_MS = 1_000;
/** A node that was silent for so long gets no new clients. */
const SILENT_MS = 3_000;

/** Keeps as many nodes as are wanted: starts those that end again, and replaces all of them by new ones. */
export class Crew {
  readonly #places: readonly Place[];
  readonly #all = new Set<NodeProcess>();
  readonly #watch: NodeJS.Timeout;
  #lastTick = performance.now();
  #hasServed = false;
  #isStopping = false;
  #reloads = 0;

  constructor(
    private readonly options: CrewOptions,
    private readonly logger: Logger,
    private readonly events: CrewEvents,
  ) {
    this.#places = Array.from({ length: options.nodes }, (_, i) => ({
      number: i + 1,
      node: null,
      failures: 0,
      timer: undefined,
    }));
    this.#watch = setInterval(this.#tick, TICK_MS);
  }

  /** Starts one node, and the others when that one serves: what is wrong with all of them is said once. */
  open(): void {
    this.#start(this.#places[0] as Place);
  }

  /** The node that has the fewest clients; null when none serves. */
  readonly leastBusy = (): NodeProcess | null => {
    const serving = [...this.#all].filter(({ isServing }) => isServing);
    const heard = serving.filter(({ heardAt }) => performance.now() - heardAt < SILENT_MS);
    const [first = null, ...others] = heard.length > 0 ? heard : serving;
    return others.reduce((least, node) => (least !== null && least.load <= node.load ? least : node), first);
  };

  /** Replaces every node, one after the other. Each is ended when the new one serves; if that fails, the rest stay. */
  async reload(): Promise<void> {
    this.#reloads++;
    if (this.#reloads > 1) return; // one is under way, and begins anew when it is done
    do {
      this.#reloads = 1;
      this.logger.info({ event: 'cluster.reload', nodes: this.#places.length });
      const failed = await this.#replaceAll();
      if (failed !== null) this.logger.error({ event: 'cluster.reload-failed', ...failed });
      else if (!this.#isStopping) this.logger.info({ event: 'cluster.reloaded' });
    } while (this.#reloads > 1 && !this.#isStopping);
    this.#reloads = 0;
  }

  /** Ends all nodes at the same time, and starts none. */
  async close(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#watch);
    for (const { timer } of this.#places) clearTimeout(timer);
    await Promise.all([...this.#all].map((node) => node.stop(this.options.stopTimeoutMs)));
  }

  /** Ends all nodes here and now. */
  kill(): void {
    this.#isStopping = true;
    for (const node of this.#all) node.kill();
  }

  #make(place: Place): NodeProcess {
    const node = new NodeProcess(place.number, this.options);
    this.#all.add(node);
    this.events.onNode(node);
    void node.ended.then((end) => {
      this.#all.delete(node);
      if (place.node === node && !this.#isStopping) this.#lost(place, node, end);
    });
    return node;
  }

  #start(place: Place): void {
    const node = this.#make(place);
    place.node = node;
    void node.ready.then((isReady) => {
      if (!isReady || this.#isStopping) return;
      this.logger.info({ event: 'cluster.node-serves', number: place.number, pid: node.pid });
      if (this.#hasServed) return;
      this.#hasServed = true;
      for (const other of this.#places) if (other.node === null) this.#start(other);
    });
  }

  #lost(place: Place, { servingSince, pid }: NodeProcess, end: End): void {
    const wasSteady = servingSince !== null && performance.now() - servingSince > STEADY_MS;
    place.failures = wasSteady ? 1 : place.failures + 1;
    const { maxFailedStarts } = this.options;
    // While others serve, a broken newcomer is no reason to send everybody away.
    const isHopeless =
      servingSince === null && place.failures >= maxFailedStarts && this.leastBusy() === null;
    if (isHopeless) return this.events.onFailure(place.failures, end);
    const waitMs =
      Math.min(FIRST_WAIT_MS * 2 ** (place.failures - 1), MAX_WAIT_MS) * (0.5 + Math.random() / 2);
    const inMs = Math.round(waitMs);
    this.logger.warn({ event: 'cluster.node-ended', number: place.number, pid, ...end, againInMs: inMs });
    place.timer = setTimeout(() => this.#start(place), inMs);
  }

  /** @returns how the new node ended that should have served; null when all is well */
  async #replaceAll(): Promise<({ readonly number: number } & End) | null> {
    for (const place of this.#places) {
      const fresh = this.#make(place);
      const isReady = await fresh.ready;
      if (this.#isStopping) return null;
      if (!isReady) return { number: place.number, ...(await fresh.ended) };
      const old = place.node;
      clearTimeout(place.timer);
      place.node = fresh;
      place.failures = 0;
      this.logger.info({
        event: 'cluster.node-replaced',
        number: place.number,
        pid: fresh.pid,
        was: old?.pid,
      });
      await old?.stop(this.options.stopTimeoutMs);
      if (this.#isStopping) return null;
    }
    return null;
  }

  /** A node that says nothing serves nobody, and what the others send to it waits in the primary. */
  readonly #tick = (): void => {
    const now = performance.now();
    const wasBusy = now - this.#lastTick > 2 * TICK_MS; // this process: what the nodes said may lie unread
    this.#lastTick = now;
    for (const node of this.#all) {
      if (wasBusy) node.heardAt = now;
      if (!node.isServing || now - node.heardAt < this.options.frozenTimeoutMs) continue;
      this.logger.error({ event: 'cluster.node-frozen', number: node.number, pid: node.pid });
      node.kill();
    }
  };
}
