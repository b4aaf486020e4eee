import { type LimitReporter, limitReporter } from '../base/channels.js';
import type { ConnectionStep } from './engineio.js';
import { OutputLimit } from './output-limit.js';
import { ReadThrottle } from './read-throttle.js';
import type { RejectedPacket } from './rejected-packet.js';
import { TimeoutQueue } from './timeout-queue.js';
import type { TransportLimits } from './transport-limits.js';

/** Shortest text of one more level: a bracket on each side. */
const CHARS_PER_LEVEL = 2;
const DEFAULT_MAX_BYTES = 1_000_000;

/** Decoder that waits for the attachments of a packet. */
export interface Waiting {
  onLate(): void;
}

/** Limits shared by all connections of a server: input rate, packet size, output buffer. */
export class ConnectionLimits {
  readonly report: LimitReporter;
  readonly throttle = new ReadThrottle();
  readonly output: OutputLimit;
  readonly attachmentTimeouts: TimeoutQueue<Waiting>;
  /** Texts below this length can neither be too deep nor have too many members. */
  readonly skipBelow: number;
  /** Decides about namespaces that do not exist yet; set by the owner of the namespaces. */
  admit: (namespace: string) => RejectedPacket | null = () => null;

  /** @param app - identity of the application, for messages of channels */
  constructor(
    readonly app: string,
    readonly limits: TransportLimits,
    readonly maxBytes: number = DEFAULT_MAX_BYTES,
  ) {
    this.report = limitReporter(app);
    this.output = new OutputLimit(limits, this.report);
    this.attachmentTimeouts = new TimeoutQueue(limits.attachmentTimeoutMs, (waiting) => waiting.onLate());
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
    this.attachmentTimeouts.close();
  }
}
