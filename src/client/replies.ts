import { GatewireError, readWireError, WIRE_CODES } from '../errors/gatewire-error.js';
import type { ClientException } from './types.js';

type Fields<TName extends string> = { readonly [K in TName]?: unknown };

/**
 * Takes the value out of an acknowledgement. The other side may be any server, so every field is checked.
 *
 * @throws {GatewireError} the error in the acknowledgement; INTERNAL when it does not come from gatewire
 */
export function readReply(event: string, reply: unknown, isRaw: boolean): unknown {
  const { ok, data, error } = (reply ?? {}) as Fields<'ok' | 'data' | 'error'>;
  const failure = isRaw || ok === false ? readWireError(error) : null;
  if (failure !== null) throw named(failure, event);
  if (isRaw) return reply;
  if (ok === true) return data;
  throw new GatewireError('INTERNAL', {
    cause: new TypeError(`the answer to \`${event}\` is no envelope; is it a server with reply: 'raw'?`),
  });
}

/** Names the event where the text of the server is the one for all events, and a mistake of the program is behind it. */
function named(error: GatewireError, event: string): GatewireError {
  const { code, message, id = '' } = error;
  if (code !== 'UNKNOWN_EVENT' || message !== WIRE_CODES.UNKNOWN_EVENT) return error;
  return new GatewireError(code, { message: `nothing handles \`${event}\``, id });
}

/** Reads the payload of the event `exception`. The error is INTERNAL when the payload does not come from gatewire. */
export function readException(payload: unknown): ClientException {
  const { event, error } = (payload ?? {}) as Fields<'event' | 'error'>;
  return {
    event: typeof event === 'string' ? event : '',
    error: readWireError(error) ?? new GatewireError('INTERNAL', { cause: payload }),
  };
}
