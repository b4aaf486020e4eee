import { isThenable } from '../base/deadline.js';
import { BoundedLog, type Logger } from '../base/logger.js';
import type { WireError } from '../contract/wire.js';
import { GatewireError, toWireError } from '../errors/gatewire-error.js';

/** Turns something that was thrown into an error for the client, or leaves it alone by returning undefined. */
export type MapError = (error: unknown) => GatewireError | undefined;

/** Place of a failure, for the log. */
export interface FailurePlace {
  readonly namespace: string;
  readonly socketId: string;
  readonly requestId: string;
  /** Event or hook. */
  readonly call: string;
}

/** Makes the error of what a client cannot be told any more because it left. */
export function clientLeft(reason?: string): GatewireError {
  const message = reason === undefined ? 'the client left' : `the client left: ${reason}`;
  return new GatewireError('UNAVAILABLE', { message });
}

/** The one place where thrown things become errors that clients may see, and where they are logged. */
export class Failures {
  readonly #bounded: BoundedLog;

  constructor(
    private readonly logger: Logger,
    private readonly mapError: MapError | null,
  ) {
    this.#bounded = new BoundedLog(logger);
  }

  /** Writes how much was left out of the log. */
  close(): void {
    this.#bounded.close();
  }

  /**
   * @param error - whatever was thrown
   * @param where - goes to the log; its `requestId` becomes the id of the error
   * @param otherwise - makes the error for what is not meant for clients
   */
  report(
    error: unknown,
    where: FailurePlace,
    otherwise: (cause: unknown) => GatewireError = internal,
  ): WireError {
    const failure = this.#classify(error) ?? otherwise(error);
    this.#log(failure, where);
    return toWireError(failure, where.requestId);
  }

  /** Maps anything that was thrown to an error, also an object that throws when it is read. */
  #classify(error: unknown): GatewireError | null {
    try {
      if (GatewireError.is(error)) return error;
      const mapped: unknown = this.mapError?.(error);
      if (GatewireError.is(mapped)) return mapped;
      if (!isThenable(mapped)) return null;
      Promise.resolve(mapped).catch(() => {});
      throw new TypeError('mapError returned a promise; it has to return the error itself');
    } catch (cause) {
      return internal(new AggregateError([error, cause], 'mapError threw'));
    }
  }

  /**
   * Mistakes of the server are news, a few of each kind and minute, since clients cause them at will. Mistakes of clients
   * are details.
   */
  #log(failure: GatewireError, where: FailurePlace): void {
    const { code, cause } = failure;
    const { namespace, socketId, requestId, call } = where;
    const record = { event: 'call.failed', call, namespace, socketId, code, id: requestId };
    const kind = `${code} ${call}`;
    if (code === 'INTERNAL') this.#bounded.write(kind, { ...record, error: cause ?? failure }, 'error');
    else if (isOfServer(cause)) this.#bounded.write(kind, { ...record, error: cause });
    else if (code === 'TIMEOUT' || code === 'OVERLOADED') this.#bounded.write(kind, record);
    else {
      this.logger.debug(cause === undefined ? record : { ...record, error: cause });
      // One wrong token is nothing; the number of them in a minute may be an attack.
      if (code === 'UNAUTHENTICATED') this.#bounded.count(code);
    }
  }
}

/** Tells causes that an operator has to know from those that say what a client did wrong. */
function isOfServer(cause: unknown): boolean {
  return cause !== undefined && !GatewireError.is(cause);
}

function internal(cause: unknown): GatewireError {
  return new GatewireError('INTERNAL', { cause: cause ?? new Error(`${String(cause)} was thrown`) });
}
