import { GatewireError, type GatewireErrorOptions } from './gatewire-error.js';

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

/** Makes the error again that a server sent. */
export function fromWireError({
  code,
  ...rest
}: GatewireErrorOptions & { readonly code: string }): GatewireError {
  return new GatewireError(code, rest);
}
