import { isWireCode, WIRE_CODES, type WireCode } from './wire-codes.js';

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
