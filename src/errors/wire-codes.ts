/**
 * Closed set of the codes that gatewire itself sends to clients, each with its text.
 * Applications add codes of their own by throwing a `GatewireError`.
 */
export const WIRE_CODES = {
  UNAUTHENTICATED: 'authentication is required',
  FORBIDDEN: 'this is not allowed',
  NOT_FOUND: 'not found',
  UNKNOWN_EVENT: 'nothing handles this event',
  INVALID_PAYLOAD: 'the payload is not valid',
  PAYLOAD_TOO_LARGE: 'the payload is too large',
  RATE_LIMITED: 'too many requests',
  OVERLOADED: 'too many calls are waiting',
  TIMEOUT: 'no answer in time',
  CONFLICT: 'this conflicts with the present state',
  UNAVAILABLE: 'temporarily unavailable',
  INTERNAL: 'internal error',
} as const;

/** Code that gatewire itself sends to clients. */
export type WireCode = keyof typeof WIRE_CODES;

const CODES: ReadonlySet<string> = new Set(Object.keys(WIRE_CODES));

/** Tells whether a code is one of gatewire's own. */
export function isWireCode(code: string): code is WireCode {
  return CODES.has(code);
}
