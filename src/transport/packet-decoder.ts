import { MAX_NAME } from '../base/reserved-names.js';
import type { Bytes } from './backlog.js';
import { ConnectTracker } from './connect-tracker.js';
import type { ConnectionLimits, Waiting } from './connection-limits.js';
import {
  Decoder,
  type EngineConnection,
  isEngine3,
  namespaceOf,
  PacketType,
  type RawPacket,
} from './engineio.js';
import { InputAccount, SPARE_BYTES } from './input-budget.js';
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

const { CONNECT, DISCONNECT, EVENT, ACK, BINARY_EVENT, BINARY_ACK } = PacketType;
/** Longest name of a namespace that a refusal repeats; a connection that sends a longer one is closed. */
const MAX_ANSWERED_NAMESPACE = 1_024;

// The number of attachments is judged here, so that too many are an answer and not a closed connection.
const BASE_OPTIONS = Object.freeze({ reviver: undefined, maxAttachments: Number.POSITIVE_INFINITY });

/**
 * Decodes the packets of one client, within its limits: how deep, how many members, how much binary, into how many
 * namespaces. What is refused is replaced, so that it is answered with a code; Socket.IO would close.
 */
export class PacketDecoder extends Decoder implements Waiting {
  protected readonly connects: ConnectTracker;
  #input: InputAccount | null = null;
  /** Packet whose attachments are to come. */
  #assembly: Assembly | null = null;
  /** Acknowledgement whose attachments are to come, and which overtakes the pieces that are kept. */
  #aside: Assembly | null = null;

  constructor(
    protected readonly shared: ConnectionLimits,
    protected readonly connection: EngineConnection,
  ) {
    super();
    this.opts = BASE_OPTIONS; // one for all
    this.connects = new ConnectTracker(connection, shared);
    shared.output.follow(connection, this.connects);
    if (isEngine3(connection)) shared.entryTimeouts.begin(this.connects);
  }

  /** Count of what waits because of the connection. */
  get input(): InputAccount {
    this.#input ??= new InputAccount(this.shared.input);
    return this.#input;
  }

  /** Tells whether a packet has to wait until there is room; most connections have a count of nothing. */
  protected isFullFor(bytes: number): boolean {
    if (this.#input === null && bytes <= SPARE_BYTES) return false;
    return this.input.isFullFor(bytes);
  }

  /** True while a packet waits for its attachments. */
  protected get isAssembling(): boolean {
    return this.#assembly !== null;
  }

  /** True while an acknowledgement that overtook others waits for its attachments. */
  protected get isAssemblingAside(): boolean {
    return this.#aside !== null;
  }

  onLate(): void {
    this.shared.report('connection.closed', 'attachmentTimeoutMs');
    this.connection.onClose('attachment timeout');
  }

  override destroy(): void {
    this.#input?.releaseAll();
    for (const { packet } of [this.#assembly, this.#aside].filter((one) => one !== null))
      this.input.leave(packet.bytes ?? 0);
    this.#assembly = null;
    this.#aside = null;
    this.shared.attachmentTimeouts.end(this);
    this.shared.entryTimeouts.end(this.connects);
  }

  /** Takes the next attachment of the packet that waits for it. */
  protected attach(bytes: Bytes): void {
    const whole = this.#assembly;
    if (whole === null) throw new Error('an attachment that no packet announced');
    if (!this.#takePart(whole, bytes)) return;
    this.#assembly = null;
    this.#complete(whole);
  }

  /** Takes the next attachment of the acknowledgement that overtook others. */
  protected attachAside(bytes: Bytes): void {
    const whole = this.#aside as Assembly;
    if (!this.#takePart(whole, bytes)) return;
    this.#aside = null;
    this.#complete(whole);
  }

  /** Begins the time limit of attachments anew: while nothing was read, nothing could arrive. */
  protected restartAttachmentTimeout(): void {
    if (this.isAssembling || this.isAssemblingAside) this.shared.attachmentTimeouts.begin(this);
  }

  #takePart(whole: Assembly, bytes: Bytes): boolean {
    this.input.grow(bytes.byteLength);
    return whole.take(bytes);
  }

  #complete({ packet, refusal }: Assembly): void {
    if (this.#assembly === null && this.#aside === null) this.shared.attachmentTimeouts.end(this);
    this.input.leave(packet.bytes ?? 0);
    this.#emit(packet, refusal);
  }

  /** @param isAhead - whether it overtakes what is kept */
  protected decode(text: string, isAhead: boolean): void {
    if (text.length > MAX_NAME.namespace) this.#decodeLong(text, isAhead);
    else this.#take(this.decodeString(text), text, null, isAhead);
  }

  /** Looks at the text first: a name may be too long for a RegExp, and brackets without end too many to be parsed. */
  #decodeLong(text: string, isAhead: boolean): void {
    const { limits } = this.shared;
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
        this.connects.leave(namespaceOf(this.connection, packet));
    }
    this.emitReserved('decoded', packet);
  }

  /** Walks through data whose text was not counted. */
  #check({ type, data }: RawPacket, { length }: { readonly length: number }): RejectedPacket | null {
    if (length <= this.shared.skipBelow || length > COUNTED_FROM || data === undefined) return null;
    return checkPacket(data as unknown[], type === EVENT ? 1 : 0, this.shared.limits);
  }

  #await(packet: RawPacket, text: string, refused: RejectedPacket | null, isAhead: boolean): void {
    const { limits, maxBytes, attachmentTimeouts } = this.shared;
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
    const name = namespaceOf(this.connection, packet);
    const isLong = text.length > this.shared.skipBelow && packet.data !== undefined;
    const refusal =
      refused ??
      longNamespace(name) ??
      (isLong ? checkPacket([packet.data], 0, this.shared.limits) : null) ??
      checkKeys(packet.data, text) ??
      this.shared.admit(name) ??
      this.connects.enter(name, text.length);
    if (refusal === null) this.emitReserved('decoded', packet);
    else this.connects.refuse(name, refusal);
  }

  /** Hands a packet on, with the refusal in the place of its data. */
  #emit(packet: RawPacket, refusal: RejectedPacket | null): void {
    if (refusal !== null) {
      if (packet.type === EVENT) refusal.event = nameOf(packet);
      packet.data = [refusal];
      if (refusal.limit !== null)
        this.shared.report('packet.refused', refusal.limit, { namespace: packet.nsp.slice(0, 128) });
    }
    this.emitReserved('decoded', packet);
  }
}

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
