import { MAX_NAME } from '../base/reserved-names.js';
import { ConnectTracker } from './connect-tracker.js';
import type { ConnectionLimits, Waiting } from './connection-limits.js';
import {
  cut,
  Decoder,
  type EngineConnection,
  type EnginePacket,
  holdEnd,
  isEngine3,
  keepAlive,
  namespaceOf,
  PacketType,
  pauseReading,
  type RawPacket,
  resumeReading,
} from './engineio.js';
import { InputAccount } from './input-budget.js';
import {
  Assembly,
  checkBinaryPacket,
  checkKeys,
  checkPacket,
  RejectedPacket,
  type Slot,
  tooLarge,
} from './packet-check.js';
import { COUNTED_FROM, PacketText } from './packet-text.js';
import { type Keeper, TokenBucket, tokensOf } from './read-throttle.js';

const { CONNECT, DISCONNECT, EVENT, ACK, BINARY_EVENT, BINARY_ACK } = PacketType;
const CHAR_ZERO = 0x30;
/** Longest name of a namespace that a refusal repeats; a connection that sends a longer one is closed. */
const MAX_ANSWERED_NAMESPACE = 1_024;

type Bytes = Uint8Array | ArrayBuffer;

// The number of attachments is judged here, so that too many are an answer and not a closed connection.
const BASE_OPTIONS = Object.freeze({ reviver: undefined, maxAttachments: Number.POSITIVE_INFINITY });

/** Pings and pongs of a connection that cost nothing: those of hours, without a bucket for each client that listens. */
const FREE_CONTROLS = 100;

const kDecoder = Symbol('gatewire.decoder');
type Decoded = { [kDecoder]?: StrictDecoder };

/** Finds the count of what waits because of a connection; undefined when another parser reads it. */
export function inputOf(connection: object): InputAccount | undefined {
  return (connection as Decoded)[kDecoder]?.input;
}

/** Pieces that came too fast or for which there is no room, in their order. */
interface Backlog {
  readonly pieces: (string | Bytes)[];
  next: number;
  /** Transport whose end waits, and the function that lets the end through. */
  transport: unknown;
  release: () => void;
}

/**
 * Decodes what one client sends, within its limits: how deep, how many members, how much binary, how fast, into how
 * many namespaces. What is refused is replaced, so that it is answered with a code; Socket.IO would close.
 */
export class StrictDecoder extends Decoder implements Keeper, Waiting {
  readonly #shared: ConnectionLimits;
  readonly #connection: EngineConnection;
  readonly #connects: ConnectTracker;
  /** True once the client has sent its first CONNECT: one that only listens sends nothing more, and needs no bucket. */
  #hasBegun = false;
  #tokens: TokenBucket | null = null;
  #input: InputAccount | null = null;
  #controls = 0;
  /** Packet whose attachments are to come. */
  #assembly: Assembly | null = null;
  /** Acknowledgement whose attachments are to come, and which overtakes the pieces that are kept. */
  #aside: Assembly | null = null;
  /** Pieces that came too fast; null as long as none did. */
  #kept: Backlog | null = null;

  constructor(limits: ConnectionLimits, connection: EngineConnection) {
    super();
    this.opts = BASE_OPTIONS; // one for all
    this.#shared = limits;
    this.#connection = connection;
    this.#connects = new ConnectTracker(connection, limits);
    limits.output.follow(connection, this.#connects);
    if (isEngine3(connection)) limits.entryTimeouts.begin(this.#connects);
    (connection as Decoded)[kDecoder] = this;
    connection.on('packet', onControl);
  }

  /** Count of what waits because of the connection. */
  get input(): InputAccount {
    this.#input ??= new InputAccount(this.#shared.input);
    return this.#input;
  }

  /** @internal Takes a packet of the engine that carries nothing, such as a pong. */
  control(): void {
    if (this.#controls++ < FREE_CONTROLS || this.#bucket().charge(1)) return;
    this.#cut('eventsPerSecond');
  }

  /** Takes one piece as the engine delivers it. A throw makes Socket.IO close the connection. */
  add(piece: unknown): void {
    if (this.#connects.isOver) return;
    if (typeof piece === 'string') this.#addText(piece);
    else if (piece instanceof Uint8Array || piece instanceof ArrayBuffer) this.#addBytes(piece);
    else throw new TypeError('neither text nor bytes');
  }

  drain(isUnlimited: boolean): boolean {
    try {
      if (this.#kept !== null) keepAlive(this.#connection);
      return this.#handOn(isUnlimited);
    } catch (error) {
      // It runs in a timer, where a throw would end the process. Socket.IO does the same with what `add` throws.
      this.#kept = null;
      this.#connection.emit('error', error);
      return true;
    }
  }

  onLate(): void {
    this.#shared.report('connection.closed', 'attachmentTimeoutMs');
    this.#connection.onClose('attachment timeout');
  }

  override destroy(): void {
    this.#kept = null;
    this.#input?.releaseAll();
    for (const { packet } of [this.#assembly, this.#aside].filter((one) => one !== null))
      this.input.leave(packet.bytes ?? 0);
    this.#assembly = null;
    this.#aside = null;
    this.#shared.attachmentTimeouts.end(this);
    this.#shared.entryTimeouts.end(this.#connects);
    this.#shared.throttle.end(this.#connection);
    // A WebSocket that is not read would not see the other side's goodbye either.
    resumeReading(this.#connection);
  }

  #bucket(): TokenBucket {
    this.#tokens ??= new TokenBucket(this.#shared.limits);
    return this.#tokens;
  }

  /** Tells whether an event may be handed on now, and takes its tokens. */
  #mayHandOn(bytes: number): boolean {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      return true;
    }
    return !this.#isFull && this.#bucket().take(bytes);
  }

  get #isFull(): boolean {
    return this.#input?.isFull === true;
  }

  /** Takes tokens for bytes that cannot wait. */
  #charge(bytes: number): void {
    const tokens = tokensOf(bytes);
    if (tokens > 0) this.#bucket().charge(tokens);
  }

  #addText(text: string): void {
    if (this.#aside !== null) throw new Error('text where an attachment was due');
    const type = text.charCodeAt(0) - CHAR_ZERO;
    // An acknowledgement that nobody asked for waits like an event.
    const isAnswer = (type === ACK || type === BINARY_ACK) && this.#connects.takeAnswer();
    if (isAnswer) this.#charge(text.length);
    if (this.#kept !== null) {
      // A handler may wait for it: it would wait behind what is kept.
      if (isAnswer) this.#decode(text, true);
      else this.#keep(text);
      return;
    }
    if (this.#assembly !== null) throw new Error('text where an attachment was due');
    if (isAnswer || this.#mayHandOn(text.length)) this.#decode(text, false);
    else this.#keep(text);
  }

  #addBytes(bytes: Bytes): void {
    if (this.#aside !== null) {
      const whole = this.#aside;
      if (!this.#takePart(whole, bytes)) return;
      this.#aside = null;
      this.#complete(whole);
    } else if (this.#kept !== null) {
      this.#keep(bytes);
    } else {
      this.#attach(bytes);
    }
  }

  #attach(bytes: Bytes): void {
    const whole = this.#assembly;
    if (whole === null) throw new Error('an attachment that no packet announced');
    if (!this.#takePart(whole, bytes)) return;
    this.#assembly = null;
    this.#complete(whole);
  }

  #takePart(whole: Assembly, bytes: Bytes): boolean {
    this.#charge(bytes.byteLength);
    this.input.grow(bytes.byteLength);
    return whole.take(bytes);
  }

  #complete({ packet, refusal }: Assembly): void {
    if (this.#assembly === null && this.#aside === null) this.#shared.attachmentTimeouts.end(this);
    this.input.leave(packet.bytes ?? 0);
    this.#emit(packet, refusal);
  }

  #keep(piece: string | Bytes): void {
    if (this.#kept === null) {
      this.#kept = { pieces: [], next: 0, transport: null, release: () => {} };
      this.#shared.report('connection.slowed', this.#isFull ? 'inputBytes' : 'eventsPerSecond');
      this.#shared.throttle.begin(this.#connection, this);
    }
    this.#kept.pieces.push(piece);
    this.input.keep(sizeOf(piece));
    if (this.input.isExcessive) return this.#cut('inputBytes');
    // At each piece, since the transport may have changed meanwhile.
    if (this.#kept.transport !== this.#connection.transport) {
      this.#kept.transport = this.#connection.transport;
      this.#kept.release = holdEnd(this.#connection);
    }
    pauseReading(this.#connection);
  }

  #handOn(isUnlimited: boolean): boolean {
    for (;;) {
      const kept = this.#kept;
      if (kept === null) return true; // what was handed on closed the connection
      const piece = kept.pieces[kept.next];
      if (piece === undefined) break;
      if (typeof piece === 'string') {
        if (this.#assembly !== null) throw new Error('text where an attachment was due');
        if (!isUnlimited && !this.#mayHandOn(piece.length)) return false;
      }
      kept.pieces[kept.next++] = '';
      this.input.release(sizeOf(piece));
      if (typeof piece === 'string') this.#decode(piece, false);
      else this.#attach(piece);
      if (this.#connects.isOver) break;
    }
    // The attachments of a packet have to be read, which ends at their bound.
    if (!isUnlimited && this.#isFull && this.#assembly === null && !this.#connects.isOver) return false;
    this.#kept?.release();
    this.#kept = null;
    this.#input?.releaseAll();
    resumeReading(this.#connection);
    // While nothing was read, nothing could arrive.
    if (this.#assembly !== null || this.#aside !== null) this.#shared.attachmentTimeouts.begin(this);
    return true;
  }

  #cut(limit: string): void {
    this.#shared.report('connection.closed', limit);
    cut(this.#connection, 'too much input');
  }

  /** @param isAhead - whether it overtakes what is kept */
  #decode(text: string, isAhead: boolean): void {
    if (text.length > MAX_NAME.namespace) this.#decodeLong(text, isAhead);
    else this.#take(this.decodeString(text), text, null, isAhead);
  }

  /** Looks at the text first: a name may be too long for a RegExp, and brackets without end too many to be parsed. */
  #decodeLong(text: string, isAhead: boolean): void {
    const { limits } = this.#shared;
    const long = new PacketText(text);
    if (long.namespaceLength > MAX_ANSWERED_NAMESPACE) throw new Error('the name of a namespace is too long');
    const refusal = text.length > COUNTED_FROM ? long.check(limits) : null;
    const packet = this.decodeString(refusal === null ? text : long.head);
    if (refusal !== null && isEvent(packet)) packet.data = [long.event];
    this.#take(packet, text, refusal, isAhead);
  }

  #take(packet: RawPacket, text: string, refusal: RejectedPacket | null, isAhead: boolean): void {
    switch (packet.type) {
      case EVENT:
      case ACK:
        packet.bytes = text.length;
        return this.#emit(
          packet,
          refusal ?? longName(packet) ?? this.#check(packet, text) ?? checkKeys(packet.data, text),
        );
      case BINARY_EVENT:
      case BINARY_ACK:
        return this.#await(packet, text, refusal ?? longName(packet), isAhead);
      case CONNECT:
        return this.#connect(packet, text, refusal);
      case DISCONNECT:
        this.#connects.leave(namespaceOf(this.#connection, packet));
    }
    this.emitReserved('decoded', packet);
  }

  /** Walks through data whose text was not counted. */
  #check({ type, data }: RawPacket, { length }: { readonly length: number }): RejectedPacket | null {
    if (length <= this.#shared.skipBelow || length > COUNTED_FROM || data === undefined) return null;
    return checkPacket(data as unknown[], type === EVENT ? 1 : 0, this.#shared.limits);
  }

  #await(packet: RawPacket, text: string, refused: RejectedPacket | null, isAhead: boolean): void {
    const { limits, maxBytes, attachmentTimeouts } = this.#shared;
    const count = packet.attachments ?? 0;
    const slots: Slot[] = [];
    const type = isEvent(packet) ? EVENT : ACK;
    const plain = { ...packet, type, bytes: text.length };
    const refusal =
      refused ??
      (count > limits.attachments
        ? tooLarge('attachments', 'the payload has too many attachments')
        : checkBinaryPacket(
            (packet.data ?? []) as unknown[],
            type === EVENT ? 1 : 0,
            limits,
            count,
            slots,
          )) ??
      checkKeys(packet.data, text);
    const assembly = new Assembly(plain, slots, refusal, maxBytes);
    if (isAhead) this.#aside = assembly;
    else this.#assembly = assembly;
    this.input.enter(text.length);
    attachmentTimeouts.begin(this);
  }

  #connect(packet: RawPacket, text: string, refused: RejectedPacket | null): void {
    // A part of a string keeps the whole of it: names of namespaces outlive what else a CONNECT carries.
    packet.nsp = Buffer.from(packet.nsp).toString();
    const name = namespaceOf(this.#connection, packet);
    const isLong = text.length > this.#shared.skipBelow && packet.data !== undefined;
    const refusal =
      refused ??
      longNamespace(name) ??
      (isLong ? checkPacket([packet.data], 0, this.#shared.limits) : null) ??
      checkKeys(packet.data, text) ??
      this.#shared.admit(name) ??
      this.#connects.enter(name, text.length);
    if (refusal === null) this.emitReserved('decoded', packet);
    else this.#connects.refuse(name, refusal);
  }

  /** Hands a packet on, with the refusal in the place of its data. */
  #emit(packet: RawPacket, refusal: RejectedPacket | null): void {
    if (refusal !== null) {
      if (packet.type === EVENT) refusal.event = nameOf(packet);
      packet.data = [refusal];
      if (refusal.limit !== null)
        this.#shared.report('packet.refused', refusal.limit, { namespace: packet.nsp.slice(0, 128) });
    }
    this.emitReserved('decoded', packet);
  }
}

/** Listener of all connections: one each would cost a closure each. */
function onControl(this: EngineConnection, { type }: EnginePacket): void {
  if (type !== 'message') (this as Decoded)[kDecoder]?.control();
}

const sizeOf = (piece: string | Bytes): number =>
  typeof piece === 'string' ? piece.length : piece.byteLength;

const isEvent = ({ type }: RawPacket): boolean => type === EVENT || type === BINARY_EVENT;

/** Refuses an event whose name is too long to be that of a handler. */
function longName(packet: RawPacket): RejectedPacket | null {
  const name = isEvent(packet) ? (packet.data as unknown[] | undefined)?.[0] : '';
  if (typeof name !== 'string' || name.length <= MAX_NAME.event) return null;
  return new RejectedPacket(
    'UNKNOWN_EVENT',
    null,
    `the name of an event has ${MAX_NAME.event} characters at most`,
  );
}

function longNamespace({ length }: string): RejectedPacket | null {
  if (length <= MAX_NAME.namespace) return null;
  const text = `the name of a namespace has ${MAX_NAME.namespace} characters at most`;
  return new RejectedPacket('NOT_FOUND', null, text);
}

/** Name of an event that is refused. */
function nameOf({ data }: RawPacket): unknown {
  const name = (data as unknown[] | undefined)?.[0];
  return typeof name === 'string' ? name.slice(0, MAX_NAME.event) : name;
}
