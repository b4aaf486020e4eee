import { GatewireError } from './gatewire-error.js';

/** Reduces an error to what may leave the process. */
export function toWireError(error: GatewireError, id: string) {
  return {
    code: error.code as string,
    message: error.message,
    id,
    ...(error.details === undefined ? null : { details: error.details }),
    ...(error.retryAfterMs === undefined ? null : { retryAfterMs: error.retryAfterMs }),
  };
}

/**
 * Reads an error that came over the wire. The other side may be any server, so every field is checked.
 *
 * @returns null when the value is not an error of gatewire
 */
export function readWireError(value: unknown): GatewireError | null {
  const fields = (value ?? {}) as { readonly [K in keyof ReturnType<typeof toWireError>]?: unknown };
  const { code, message, id, details, retryAfterMs } = fields;
  if (typeof code !== 'string' || typeof message !== 'string' || typeof id !== 'string') return null;
  const wait = typeof retryAfterMs === 'number' && retryAfterMs > 0 ? { retryAfterMs } : null;
  return new GatewireError(code, { message, id, details, ...wait });
}
