import cluster, { type Worker } from 'node:cluster';
import { type NodeMessage, nodeEnv } from '../../transport/primary.js';

/** Exit code or signal of a process that ended; null both for one that could not be started. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** `starting` until it listens, `stopping` as soon as it is told to end. */
type State = 'starting' | 'serving' | 'stopping' | 'ended';

/** Options of the process of a node. */
export interface NodeOptions {
  readonly nodes: number;
  readonly port?: number;
  readonly startTimeoutMs: number;
}

/** Time that a node gets to exit after it has closed its application. */
const EXIT_MS = 10_000;

/** Process of one node, in the primary. */
export class NodeProcess {
  readonly worker: Worker;
  /** Resolves to true when it serves, to false when it ended before or was killed at the time limit. */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<ProcessEnd>;
  /** Time of `performance.now()` when it began to serve; null before. */
  servingSince: number | null = null;
  /** Time of `performance.now()` of its last message. */
  heardAt = performance.now();
  readonly #clients = new ClientCount();
  #state: State = 'starting';
  #onReady: (isReady: boolean) => void = () => {};
  /** Kills the process at a time limit. */
  #timer: NodeJS.Timeout;

  /** @param number - its number among the nodes, from 1 */
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
      // Sending to a process that has just ended fails, and its `exit` tells of that. A process without an id failed to
      // fork.
      this.worker.on('error', () => {
        if (this.pid === undefined) end(null, null);
      });
    });
    this.worker.on('message', (message: NodeMessage) => {
      this.heardAt = performance.now();
      if (message?.type === 'gatewire:alive') this.#clients.report(message.connections);
    });
    this.#timer = this.#killIn(startTimeoutMs);
    // It disconnects when it has closed its application.
    this.worker.once('disconnect', () => this.#stopWithin(EXIT_MS));
  }

  get pid(): number | undefined {
    return this.worker.process.pid;
  }

  get isServing(): boolean {
    return this.#state === 'serving';
  }

  get load(): number {
    return this.#clients.value;
  }

  /** Notes that it listens: from now on it is given clients. */
  serve(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'serving';
    this.servingSince = performance.now();
    clearTimeout(this.#timer);
    this.#onReady(true);
  }

  /** Counts a client that it is given. */
  addClient(): void {
    this.#clients.add();
  }

  /** Tells it to drain and exit, and kills it at the time limit. */
  async stop(timeoutMs: number): Promise<void> {
    if (this.#state === 'ended') return;
    this.#stopWithin(timeoutMs);
    this.worker.process.kill('SIGTERM');
    await this.ended;
  }

  kill(): void {
    this.worker.process.kill('SIGKILL');
  }

  #stopWithin(timeoutMs: number): void {
    if (this.#state === 'stopping' || this.#state === 'ended') return;
    this.#state = 'stopping';
    clearTimeout(this.#timer);
    this.#timer = this.#killIn(timeoutMs);
  }

  #killIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.kill(), ms);
  }
}

/** Count of the clients of a node: those that it reported, and those that it was given since. */
export class ClientCount {
  #value = 0;
  /** The last two reports, the older one first. */
  #reports: readonly [number, number] = [0, 0];
  /** Clients given before the last report and after the one before it, and those given since. */
  #given: readonly [number, number] = [0, 0];

  get value(): number {
    return this.#value;
  }

  /** Counts a client that the node is given. */
  add(): void {
    this.#value++;
    this.#given = [this.#given[0], this.#given[1] + 1];
  }

  /**
   * Takes a report of the node. It may have been on its way when clients were given, which it lacks then, and so may the
   * report before it: a lower number holds when the second report after them has it, too.
   */
  report(connections: number): void {
    const [older, last] = this.#reports;
    const [before, since] = this.#given;
    this.#value = Math.max(connections, older + before + since);
    this.#reports = [last, connections];
    this.#given = [since, 0];
  }
}
