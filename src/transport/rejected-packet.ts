import { randomUUID } from 'node:crypto';
import { GatewireError } from '../errors/gatewire-error.js';
import type { WireCode } from '../errors/wire-codes.js';
import { toWireError } from '../errors/wire-error.js';
import { PacketType, packetText } from './engineio.js';
import type { TransportLimits } from './transport-limits.js';

/** Stand-in for the data of a packet that the server does not take. */
export class RejectedPacket {
  /** Name of the event that carried the data, for the answer; absent in acknowledgements. */
  event: unknown = '';

  /**
   * @param limit - the option that decides; null when no option would let it pass
   * @param text - for the client; it must not repeat what the client sent
   */
  constructor(
    readonly code: WireCode,
    readonly limit: string | null,
    readonly text: string,
  ) {}

  /** Makes the error to answer with, which names the option that decides. */
  toError(): GatewireError {
    const message = this.limit === null ? this.text : `${this.text} (limits.${this.limit})`;
    return new GatewireError(this.code, { message });
  }
}

/** Makes the rejection of a packet that is larger than a limit allows. */
export function tooLarge(limit: keyof TransportLimits, text: string): RejectedPacket {
  return new RejectedPacket('PAYLOAD_TOO_LARGE', limit, text);
}

/** Encodes the CONNECT_ERROR that answers a CONNECT. */
export function connectErrorText(namespace: string, error: GatewireError): string {
  const data = toWireError(error, randomUUID());
  return packetText(PacketType.CONNECT_ERROR, namespace, { message: data.message, data });
}
