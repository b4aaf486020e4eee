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

// A registered symbol and not instanceof: two copies of the package in one process still agree.
const kBrand = Symbol.for('gatewire.error');

/** Options of a `GatewireError`, besides its code. */
export interface GatewireErrorOptions<TDetails = unknown> {
  /**
   * Text for the client. It must not contain paths, secrets or data of other users.
   * @default the fixed text of a wire code, else the code itself
   */
  readonly message?: string;
  /** Data for the client, which travels as JSON. */
  readonly details?: TDetails;
  /** Milliseconds after which another attempt makes sense. */
  readonly retryAfterMs?: number;
  /** Id of the error in the log of the server; set on errors that came from a server. */
  readonly id?: string;
  /** Error that caused this one. It goes to the log, never to the client. */
  readonly cause?: unknown;
}

/**
 * Error that a client is meant to see: its code, message, details and waiting time travel, everything else stays.
 * Any other error of a handler reaches the client as `INTERNAL` with a fixed message.
 *
 * @example
 * throw new GatewireError('SOLD_OUT', { message: 'no seats left', details: { next: '20:00' } });
 */
export class GatewireError<
  TCode extends string = WireCode | (string & {}),
  TDetails = unknown,
> extends Error {
  readonly code: TCode;
  readonly details: TDetails | undefined;
  readonly retryAfterMs: number | undefined;
  readonly id: string | undefined;

  /**
   * @param code - one of the wire codes, or a code of the application's own
   * @param options - message, details, waiting time and cause
   */
  constructor(code: TCode, options: GatewireErrorOptions<TDetails> = {}) {
    const {
      message = isWireCode(code) ? WIRE_CODES[code] : code,
      details,
      retryAfterMs,
      id,
      cause,
    } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'GatewireError';
    this.code = code;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
    this.id = id;
    Object.defineProperty(this, kBrand, { value: true });
  }

  /**
   * Tells whether a value is a `GatewireError`, and of the given code where one is given.
   *
   * @param value - anything that was caught
   * @param code - the code to ask for
   */
  static is<TCode extends string>(value: unknown, code?: TCode): value is GatewireError<TCode> {
    try {
      return (
        typeof value === 'object' &&
        value !== null &&
        (value as { [kBrand]?: unknown })[kBrand] === true &&
        (code === undefined || (value as GatewireError).code === code)
      );
    } catch {
      return false; // reading a property of a proxy may throw
    }
  }
}

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
