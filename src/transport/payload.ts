import { type EngineConnection, type EnginePacket, setPayloadReader } from './engineio.js';

const SEPARATOR = '\x1e'; // of packets in the body of a request (Engine.IO 4)

/**
 * Packets of one POST, decoded one after the other. Engine.IO decodes all of them first: 1 MB can hold 500,000, of which
 * one of the first may end the connection.
 */
export class Payload {
  /** Place of the next packet in the text; beyond the text when there is none. */
  #next = 0;

  /**
   * @param decode - decodes a packet of the engine
   * @param take - given each packet
   */
  constructor(
    private readonly text: string,
    private readonly connection: EngineConnection,
    private readonly decode: (text: string) => EnginePacket,
    private readonly take: (packet: EnginePacket) => void,
  ) {}

  get length(): number {
    return this.text.length;
  }

  /** True when nothing is left, or nobody takes it any more. */
  get isDone(): boolean {
    return this.#next > this.text.length || this.connection.readyState !== 'open';
  }

  /** Hands the next packet on. */
  handOn(): void {
    const at = this.text.indexOf(SEPARATOR, this.#next);
    const end = at === -1 ? this.text.length : at;
    const packet = this.decode(this.text.slice(this.#next, end));
    this.#next = end + 1;
    this.take(packet);
  }
}

/**
 * Has the packets of each POST of a connection read one after the other.
 *
 * @param read - reads a payload, now or later
 */
export function readPayloads(connection: EngineConnection, read: (payload: Payload) => void): void {
  setPayloadReader(connection, (text, decode, take) => read(new Payload(text, connection, decode, take)));
}
