import type { ServerResponse } from 'node:http';
import type { LimitReporter } from '../base/channels.js';
import type { ConnectTracker } from './connect-tracker.js';
import {
  cut,
  type EngineConnection,
  type EnginePacket,
  PacketType,
  pollAnswer,
  unsentBytes,
} from './engineio.js';
import { isQuestion } from './packet-text.js';
import type { TransportLimits } from './transport-limits.js';

/** Listeners of `packetCreate`, and of `flush`, of each connection. */
export const OUTPUT_LISTENERS = 1;

const REASON = 'slow consumer';
const SWEEP_MS = 1_000;
/** Text up to this length is taken for ASCII. */
const SHORT = 1_024;
const { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT } = PacketType;
const CHAR_ZERO = 0x30;

const kOutput = Symbol('gatewire.output');
type Watched = EngineConnection & { [kOutput]?: Output };

/** Output that waits for one client. */
class Output {
  bytes = 0;
  packets = 0;
  /** Time since which too much waits; 0 when it does not. */
  slowSince = 0;
  /** Last answer to a poll: it may wait for a client that polls and does not read. */
  answer: ServerResponse | null = null;
  connects: ConnectTracker | null = null;

  constructor(readonly limit: OutputLimit) {}
}

/**
 * Closes connections whose clients do not read. 100 MB emitted in one loop have to be noticed in that loop, so that each
 * packet is counted; being slow for a while is found by a sweep, which runs only while a client is slow.
 */
export class OutputLimit {
  readonly #slow = new Set<EngineConnection>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly limits: TransportLimits,
    private readonly report: LimitReporter,
  ) {}

  /** Counts what is sent to a client from now on. */
  watch(connection: EngineConnection): void {
    (connection as Watched)[kOutput] = new Output(this);
    connection.on('packetCreate', onPacketCreate);
    connection.on('flush', onFlush);
  }

  /** Passes the packets about namespaces on to a tracker. */
  follow(connection: EngineConnection, connects: ConnectTracker): void {
    const output = (connection as Watched)[kOutput];
    if (output !== undefined) output.connects = connects;
  }

  /** @internal Judges what waits for a client, with the packet that is about to be queued. */
  judge(connection: EngineConnection, output: Output): void {
    const { slowOutputBytes, outputBytes, outputPackets } = this.limits;
    const waiting = waitingBytes(connection, output);
    if (waiting > outputBytes) return this.#close(connection, 'outputBytes', waiting);
    if (output.packets > outputPackets) return this.#close(connection, 'outputPackets', waiting);
    if (waiting <= slowOutputBytes) {
      if (output.slowSince !== 0) this.#forgive(connection, output);
    } else if (output.slowSince === 0) {
      output.slowSince = performance.now();
      this.#slow.add(connection);
      const every = Math.min(SWEEP_MS, Math.ceil(this.limits.slowOutputMs / 4));
      this.#timer ??= setInterval(() => this.#sweep(), every).unref();
    }
  }

  close(): void {
    this.#slow.clear();
    this.#rest();
  }

  #sweep(): void {
    const { slowOutputBytes, slowOutputMs } = this.limits;
    const now = performance.now();
    for (const connection of this.#slow) {
      const output = (connection as Watched)[kOutput] as Output;
      const waiting = connection.readyState === 'closed' ? 0 : waitingBytes(connection, output);
      if (waiting <= slowOutputBytes) this.#forgive(connection, output);
      else if (now - output.slowSince >= slowOutputMs) this.#close(connection, 'slowOutputBytes', waiting);
    }
    if (this.#slow.size === 0) this.#rest();
  }

  #forgive(connection: EngineConnection, output: Output): void {
    output.slowSince = 0;
    this.#slow.delete(connection);
  }

  #close(connection: EngineConnection, limit: string, bytes: number): void {
    this.#slow.delete(connection);
    if (connection.readyState === 'closed') return;
    this.report('connection.closed', limit, { reason: REASON, bytes });
    const { answer } = (connection as Watched)[kOutput] as Output;
    cut(connection, REASON);
    if (answer?.writableFinished === false) answer.destroy();
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** Counts the bytes that wait for a connection, wherever they wait in this process. */
export function waitingFor(connection: EngineConnection): number {
  const output = (connection as Watched)[kOutput];
  return output === undefined ? unsentBytes(connection) : waitingBytes(connection, output);
}

function waitingBytes(connection: EngineConnection, output: Output): number {
  const unsent = unsentBytes(connection);
  if (output.answer === null) return output.bytes + unsent;
  if (!output.answer.writableFinished) return output.bytes + unsent + output.answer.writableLength;
  output.answer = null;
  return output.bytes + unsent;
}

/** Counts a packet. All connections share the listener: one each would cost a closure each. */
function onPacketCreate(this: EngineConnection, { data }: EnginePacket): void {
  const output = (this as Watched)[kOutput] as Output;
  if (data === undefined) return;
  output.packets++;
  if (typeof data === 'string') {
    const { length } = data;
    output.bytes += length <= SHORT ? length : Buffer.byteLength(data);
    const type = data.charCodeAt(0) - CHAR_ZERO;
    if (type === EVENT) {
      if (isQuestion(data, 1)) output.connects?.onQuestion();
    } else if (type !== ACK) tell(output, type, data);
  } else {
    output.bytes += data.byteLength;
  }
  output.limit.judge(this, output);
}

function tell({ connects }: Output, type: number, data: string): void {
  if (type === BINARY_EVENT && isQuestion(data, data.indexOf('-') + 1)) connects?.onQuestion();
  if (type === CONNECT || type === DISCONNECT || type === CONNECT_ERROR) connects?.onSent(type, data);
}

/** Resets the count: all that waited is with the transport now. */
function onFlush(this: EngineConnection): void {
  const output = (this as Watched)[kOutput] as Output;
  output.bytes = 0;
  output.packets = 0;
  if (this.transport.name === 'polling') output.answer = pollAnswer(this);
}
