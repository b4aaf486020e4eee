import type { WireError } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';

/**
 * Makes the error again that a server sent.
 *
 * @returns null when the value is no error of gatewire's
 */
export function readError(value: unknown): GatewireError | null {
  const { code, message, id, details, retryAfterMs } = fieldsOf<WireError>(value);
  if (typeof code !== 'string' || typeof message !== 'string' || typeof id !== 'string') return null;
  const wait = typeof retryAfterMs === 'number' && retryAfterMs > 0 ? { retryAfterMs } : null;
  return new GatewireError(code, { message, id, details, ...wait });
}

/**
 * Takes the value out of an acknowledgement. The other side may be any server, so nothing is taken for granted.
 *
 * @throws {GatewireError} the error in it; INTERNAL when it is none of gatewire's
 */
export function readReply(event: string, reply: unknown, isRaw: boolean): unknown {
  const { ok, data, error } = fieldsOf<{ ok: boolean; data: unknown; error: unknown }>(reply);
  const failure = isRaw || ok === false ? readError(error) : null;
  if (failure !== null) throw failure;
  if (isRaw) return reply;
  if (ok === true) return data;
  throw new GatewireError('INTERNAL', {
    cause: new TypeError(`the answer to \`${event}\` is no envelope; is it a server with reply: 'raw'?`),
  });
}

/** The fields of what is hoped to be an object. */
export function fieldsOf<TFields>(value: unknown): { readonly [K in keyof TFields]?: unknown } {
  return typeof value === 'object' && value !== null ? value : {};
}
