import type { Warn } from './bounded-log.js';
import type { EngineConnection } from './engine.js';
import { Notices } from './notices.js';
import { OutputBound } from './output-limit.js';
import { Floods } from './read-throttle.js';
import type { PacketRefusal } from './rejected-packet.js';
import { Deadlines } from './timeout-queue.js';
import type { TransportLimits } from './transport-limits.js';

/** The shortest text of one more level is a bracket on each side. */
const CHARS_PER_LEVEL = 2;
const DEFAULT_MAX_BYTES = 1_000_000;

/** Something that waits for the rest of what its client sends. */
export interface Waiting {
  onLate(): void;
}

/** What all connections of a server share, of all that bounds what they send and what waits for them. */
export class Traffic {
  readonly notices: Notices;
  readonly floods = new Floods();
  readonly output: OutputBound;
  readonly deadlines: Deadlines<Waiting>;
  /** Texts below this length can neither be too deep nor have too many members. */
  readonly skipBelow: number;
  /** Decides about namespaces that do not exist yet; set by who knows which may. */
  admit: (namespace: string) => PacketRefusal | null = () => null;
  /** The connection that Socket.IO is about to make a decoder for. */
  opening: EngineConnection | null = null;

  constructor(
    readonly limits: TransportLimits,
    warn: Warn,
    readonly maxBytes: number = DEFAULT_MAX_BYTES,
  ) {
    this.notices = new Notices(warn);
    this.output = new OutputBound(limits, this.notices);
    this.deadlines = new Deadlines(limits.attachmentTimeoutMs, (waiting) => waiting.onLate());
    this.skipBelow = CHARS_PER_LEVEL * Math.min(limits.packetDepth, limits.packetKeys);
  }

  /** Told of each connection ahead of Socket.IO, which makes its decoder at once. */
  open(connection: EngineConnection): void {
    this.opening = connection;
    this.output.watch(connection);
  }

  close(): void {
    this.floods.close();
    this.output.close();
    this.deadlines.close();
  }
}
