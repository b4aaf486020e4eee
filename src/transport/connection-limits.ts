import { type LimitReporter, limitReporter } from '../base/channels.js';
import { ClosingPolls } from './closing-polls.js';
import type { ConnectTracker } from './connect-tracker.js';
import type { ConnectionStep } from './engineio.js';
import { InputBudget } from './input-budget.js';
import { OutputLimit } from './output-limit.js';
import type { RejectedPacket } from './packet-check.js';
import { ReadThrottle } from './read-throttle.js';
import { SilentConnections } from './silent-connections.js';
import { TimeoutQueue } from './timeout-queue.js';
import type { TransportLimits } from './transport-limits.js';

/** Shortest text of one more level: a bracket on each side. */
const CHARS_PER_LEVEL = 2;
const DEFAULT_MAX_BYTES = 1_000_000;
const DEFAULT_CONNECT_MS = 10_000;

/** Decoder that waits for the attachments of a packet. */
export interface Waiting {
  onLate(): void;
}

/** Limits shared by all connections of a server: input rate, packet size, output buffer. */
export class ConnectionLimits {
  readonly report: LimitReporter;
  readonly throttle: ReadThrottle;
  readonly output: OutputLimit;
  readonly input: InputBudget;
  readonly closingPolls = new ClosingPolls();
  readonly silent: SilentConnections;
  readonly attachmentTimeouts: TimeoutQueue<Waiting>;
  /** Texts below this length can neither be too deep nor have too many members. */
  readonly skipBelow: number;
  /** Time that clients of Engine.IO 3, which the server puts into `/`, have to enter a namespace that is served. */
  readonly entryTimeouts: TimeoutQueue<ConnectTracker>;
  /** Decides about a CONNECT to a namespace by its name; set by the owner of the namespaces. */
  admit: (namespace: string) => RejectedPacket | null = () => null;
  /** Finds the declaration of a namespace, such as `/team/:team`; null where there is none. */
  declarationOf: (namespace: string) => string | null = (namespace) => namespace;

  /**
   * @param app - identity of the application, for messages of channels
   * @param connectTimeoutMs - time that a connection has to enter its first namespace
   */
  constructor(
    readonly app: string,
    readonly limits: TransportLimits,
    readonly maxBytes: number = DEFAULT_MAX_BYTES,
    connectTimeoutMs: number = DEFAULT_CONNECT_MS,
  ) {
    this.report = limitReporter(app);
    this.throttle = new ReadThrottle(maxBytes);
    this.output = new OutputLimit(limits, this.report);
    this.input = new InputBudget(limits.inputBytes);
    this.silent = new SilentConnections(limits, this.report);
    this.attachmentTimeouts = new TimeoutQueue(limits.attachmentTimeoutMs, (waiting) => waiting.onLate());
    this.entryTimeouts = new TimeoutQueue(connectTimeoutMs, (connects) => connects.onLate());
    this.skipBelow = CHARS_PER_LEVEL * Math.min(limits.packetDepth, limits.packetKeys);
  }

  /** Step of a new connection: counts what is sent to its client. What the client sends is judged by its decoder. */
  readonly watch: ConnectionStep = (connection, next) => {
    this.output.watch(connection);
    next(connection);
  };

  close(): void {
    this.throttle.close();
    this.output.close();
    this.closingPolls.close();
    this.silent.close();
    this.attachmentTimeouts.close();
    this.entryTimeouts.close();
  }
}
