import { Backlog, type Bytes, type Piece } from './backlog.js';
import type { ConnectionLimits } from './connection-limits.js';
import {
  cut,
  type EngineConnection,
  type EnginePacket,
  keepAlive,
  PacketType,
  resumeReading,
} from './engineio.js';
import type { InputAccount } from './input-budget.js';
import { PacketDecoder } from './packet-decoder.js';
import { Payload } from './payload.js';
import { type Keeper, TokenBucket, tokensOf } from './read-throttle.js';

const { ACK, BINARY_EVENT, BINARY_ACK } = PacketType;
const CHAR_ZERO = 0x30;
/** Pings and pongs of a connection that cost nothing: those of hours, without a bucket for each client that listens. */
const FREE_CONTROLS = 100;

const kDecoder = Symbol('gatewire.decoder');
type Decoded = { [kDecoder]?: StrictDecoder };

/** Finds the count of what waits because of a connection; undefined when another parser reads it. */
export function inputOf(connection: object): InputAccount | undefined {
  return (connection as Decoded)[kDecoder]?.input;
}

/** Reads the packets of a POST, as many as may be handed on now; the rest follows later. */
export function readPayload(connection: object, payload: Payload): void {
  const decoder = (connection as Decoded)[kDecoder];
  if (decoder !== undefined) decoder.read(payload);
  else while (!payload.isDone) payload.handOn();
}

/**
 * Decoder that Socket.IO is given: takes the pieces of one client as the engine delivers them, and decodes them at the
 * rate and within the budget of the connection. What is beyond waits, and nothing more is read.
 */
export class StrictDecoder extends PacketDecoder implements Keeper {
  /** True once the client has sent its first CONNECT: one that only listens sends nothing more, and needs no bucket. */
  #hasBegun = false;
  #tokens: TokenBucket | null = null;
  #controls = 0;
  /** What came too fast; null as long as nothing did. */
  #backlog: Backlog | null = null;
  /** True while the next packet of a POST is read that is in the backlog. */
  #isReading = false;

  constructor(shared: ConnectionLimits, connection: EngineConnection) {
    super(shared, connection);
    (connection as Decoded)[kDecoder] = this;
    connection.on('packet', onControl);
  }

  /** @internal Takes a packet of the engine that carries nothing, such as a pong. */
  control(): void {
    if (this.#controls++ < FREE_CONTROLS || this.#bucket().charge(1)) return;
    this.#cut('eventsPerSecond');
  }

  /** @internal Reads the packets of a POST until one has to wait. */
  read(payload: Payload): void {
    while (this.#backlog === null && !payload.isDone) payload.handOn();
    if (!payload.isDone) this.#keep(payload);
  }

  /** Takes one piece as the engine delivers it. A throw makes Socket.IO close the connection. */
  add(piece: unknown): void {
    if (this.connects.isOver) return;
    if (typeof piece === 'string') {
      this.#addText(piece);
      this.shared.throttle.afterRead(this.connection, piece.length);
    } else if (piece instanceof Uint8Array || piece instanceof ArrayBuffer) {
      this.#addBytes(piece);
      this.shared.throttle.afterRead(this.connection, piece.byteLength);
    } else {
      throw new TypeError('neither text nor bytes');
    }
  }

  drain(isUnlimited: boolean): boolean {
    try {
      if (this.#backlog !== null) keepAlive(this.connection);
      return this.#handOn(isUnlimited);
    } catch (error) {
      // It runs in a timer, where a throw would end the process. Socket.IO does the same with what `add` throws.
      this.#backlog = null;
      this.connection.emit('error', error);
      return true;
    }
  }

  override destroy(): void {
    this.#backlog = null;
    super.destroy();
    this.shared.throttle.end(this.connection);
    // A WebSocket that is not read would not see the other side's goodbye either.
    resumeReading(this.connection);
  }

  #bucket(): TokenBucket {
    this.#tokens ??= new TokenBucket(this.shared.limits);
    return this.#tokens;
  }

  /** Tells whether a packet may be handed on now, and takes its tokens. */
  #mayHandOn(text: string): boolean {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      return true;
    }
    // A short text may announce long attachments.
    const isWhole = text.charCodeAt(0) - CHAR_ZERO < BINARY_EVENT;
    return (
      !this.isFullFor(isWhole ? text.length : Number.POSITIVE_INFINITY) && this.#bucket().take(text.length)
    );
  }

  /** Tells whether what comes now waits behind what is kept. */
  get #isBehind(): boolean {
    return this.#backlog !== null && !this.#isReading;
  }

  /** Takes tokens for bytes that cannot wait. */
  #charge(bytes: number): void {
    const tokens = tokensOf(bytes);
    if (tokens > 0) this.#bucket().charge(tokens);
  }

  #addText(text: string): void {
    if (this.isAssemblingAside) throw new Error('text where an attachment was due');
    const type = text.charCodeAt(0) - CHAR_ZERO;
    // An acknowledgement that nobody asked for waits like an event.
    const isAnswer = (type === ACK || type === BINARY_ACK) && this.connects.takeAnswer();
    if (isAnswer) this.#charge(text.length);
    if (this.#isBehind) {
      // A handler may wait for it: it would wait behind what is kept.
      if (isAnswer) this.decode(text, true);
      else this.#keep(text);
      return;
    }
    if (this.isAssembling) throw new Error('text where an attachment was due');
    if (isAnswer || this.#mayHandOn(text)) this.decode(text, false);
    else this.#keep(text);
  }

  #addBytes(bytes: Bytes): void {
    if (this.isAssemblingAside) {
      this.#charge(bytes.byteLength);
      this.attachAside(bytes);
    } else if (this.#isBehind) {
      this.#keep(bytes);
    } else {
      this.#attach(bytes);
    }
  }

  #attach(bytes: Bytes): void {
    this.#charge(bytes.byteLength);
    this.attach(bytes);
  }

  #keep(piece: Piece): void {
    if (this.#backlog === null) {
      this.#backlog = new Backlog(this.connection, this.input);
      this.shared.report('connection.slowed', this.isFullFor(0) ? 'inputBytes' : 'eventsPerSecond');
      this.shared.throttle.begin(this.connection, this);
    }
    if (this.#isReading) this.#backlog.putFirst(piece);
    else this.#backlog.add(piece);
    if (this.input.isExcessive) return this.#cut('inputBytes');
    this.#backlog.stopReading();
  }

  #handOn(isUnlimited: boolean): boolean {
    for (;;) {
      const backlog = this.#backlog;
      if (backlog === null) return true; // what was handed on closed the connection
      const piece = backlog.first;
      if (piece === undefined) break;
      if (piece instanceof Payload) {
        if (piece.isDone) backlog.removeFirst();
        else this.#readNext(piece);
        continue;
      }
      if (typeof piece === 'string') {
        if (this.isAssembling) throw new Error('text where an attachment was due');
        if (!isUnlimited && !this.#mayHandOn(piece)) return false;
      }
      backlog.removeFirst();
      if (typeof piece === 'string') this.decode(piece, false);
      else this.#attach(piece);
      if (this.connects.isOver) break;
    }
    // The attachments of a packet have to be read, which ends at their bound.
    if (!isUnlimited && this.isFullFor(0) && !this.isAssembling && !this.connects.isOver) return false;
    this.#backlog?.close();
    this.#backlog = null;
    this.restartAttachmentTimeout();
    return true;
  }

  #readNext(payload: Payload): void {
    this.#isReading = true;
    try {
      payload.handOn();
    } finally {
      this.#isReading = false;
    }
  }

  #cut(limit: string): void {
    this.shared.report('connection.closed', limit);
    cut(this.connection, 'too much input');
  }
}

/** Listener of all connections: one each would cost a closure each. */
function onControl(this: EngineConnection, { type }: EnginePacket): void {
  if (type !== 'message') (this as Decoded)[kDecoder]?.control();
}
