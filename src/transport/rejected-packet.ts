import { GatewireError } from '../errors/gatewire-error.js';
import type { WireCode } from '../errors/wire-codes.js';
import type { TransportLimits } from './transport-limits.js';

/** Stands in the place of data that a client sent and that the server does not take. */
export class PacketRefusal {
  /** Name of the event that carried it, for the answer; not there in acknowledgements. */
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

  /** The error to answer with. It names the option that decides. */
  toError(): GatewireError {
    const message = this.limit === null ? this.text : `${this.text} (limits.${this.limit})`;
    return new GatewireError(this.code, { message });
  }
}

/** Refuses what is larger than a limit allows. */
export function tooLarge(limit: keyof TransportLimits, text: string): PacketRefusal {
  return new PacketRefusal('PAYLOAD_TOO_LARGE', limit, text);
}
