import cluster, { type Worker } from 'node:cluster';
import { type NodeMessage, nodeEnv } from '../../transport/primary.js';

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

/** `starting` until it listens, `leaving` from the moment when it is told to end. */
type State = 'starting' | 'serving' | 'leaving' | 'ended';

/** What a node is started with. */
export interface NodeOptions {
  readonly nodes: number;
  readonly port?: number;
  readonly startTimeoutMs: number;
}

/** What a node that has closed its application gets to end. */
const LAST_STEPS_MS = 10_000;

/** One node, as the primary sees it. */
export class NodeProcess {
  readonly worker: Worker;
  /** True when it serves, false when it ended or was late: then it is ended. */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<End>;
  /** When it began to serve, on the clock of `performance.now()`; null before. */
  servingSince: number | null = null;
  /** When it was heard of last. */
  heardAt = performance.now();
  #state: State = 'starting';
  /** Connections that it said to have, and those that it was given since. */
  #load = 0;
  #onReady: (isReady: boolean) => void = () => {};
  /** When it runs out, the process is ended. */
  #timer: NodeJS.Timeout;

  /** @param number - its place among the nodes, from 1 */
  constructor(
    readonly number: number,
    { nodes, port, startTimeoutMs }: NodeOptions,
  ) {
    const env = port === undefined ? {} : { PORT: String(port) };
    this.worker = cluster.fork({ ...nodeEnv(number, nodes), ...env });
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: string | null): void => {
        this.#state = 'ended';
        clearTimeout(this.#timer);
        this.#onReady(false);
        resolve({ code, signal });
      };
      this.worker.once('exit', end);
      // What is sent to a node that has just died fails, and that it died is told above. One without a process id was
      // never born: the machine has no room for it at the moment.
      this.worker.on('error', () => {
        if (this.pid === undefined) end(null, null);
      });
    });
    this.worker.on('message', (message: NodeMessage) => {
      this.heardAt = performance.now();
      if (message?.type === 'gatewire:alive') this.#load = message.connections;
    });
    this.#timer = this.#killIn(startTimeoutMs);
    // It closed its application by itself.
    this.worker.once('disconnect', () => this.#leave(LAST_STEPS_MS));
  }

  get pid(): number | undefined {
    return this.worker.process.pid;
  }

  get isServing(): boolean {
    return this.#state === 'serving';
  }

  get load(): number {
    return this.#load;
  }

  /** It listens: from now on it is given clients. */
  serve(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'serving';
    this.servingSince = performance.now();
    clearTimeout(this.#timer);
    this.#onReady(true);
  }

  /** Counts a client that it is given. */
  give(): void {
    this.#load++;
  }

  /** Tells it to see its clients off, and ends it when that takes too long. */
  async stop(timeoutMs: number): Promise<void> {
    if (this.#state === 'ended') return;
    this.#leave(timeoutMs);
    this.worker.process.kill('SIGTERM');
    await this.ended;
  }

  kill(): void {
    this.worker.process.kill('SIGKILL');
  }

  #leave(timeoutMs: number): void {
    if (this.#state === 'leaving' || this.#state === 'ended') return;
    this.#state = 'leaving';
    clearTimeout(this.#timer);
    this.#timer = this.#killIn(timeoutMs);
  }

  #killIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.kill(), ms);
  }
}
