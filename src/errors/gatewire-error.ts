import { isWireCode, WIRE_CODES, type WireCode } from './wire-codes.js';

// By registered symbol and not by instanceof: two copies of the package in one process still agree.
const kBrand = Symbol.for('gatewire.error');

/** What a `GatewireError` carries besides its code. */
export interface GatewireErrorOptions<TDetails = unknown> {
  /**
   * Text for the client. Keep paths, secrets and other users' data out of it.
   * @default the fixed text of a wire code, else the code itself
   */
  readonly message?: string;
  /** Data for the client; it has to survive JSON. */
  readonly details?: TDetails;
  /** Milliseconds after which a new try makes sense. */
  readonly retryAfterMs?: number;
  /** Id under which the server logged it; set on errors that came from a server. */
  readonly id?: string;
  /** What went wrong underneath; goes to the log, never to the client. */
  readonly cause?: unknown;
}

/**
 * An error that a client is meant to see: its code, message and details travel, everything else stays.
 * Whatever else a handler throws reaches the client as `INTERNAL` with a fixed message.
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
      return false; // a proxy may throw at every look
    }
  }
}
