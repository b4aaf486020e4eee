import { isThenable } from '../base/deadline.js';
import type { Logger } from '../base/logger.js';
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
  constructor(
    private readonly logger: Logger,
    private readonly mapError: MapError | null,
  ) {}

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

  /** Level of a failure: mistakes of the server are warnings; those of clients are not, or clients could flood the log. */
  #log(failure: GatewireError, where: FailurePlace): void {
    const { namespace, socketId, requestId, call } = where;
    const record = { event: 'call.failed', call, namespace, socketId, code: failure.code, id: requestId };
    if (failure.code === 'INTERNAL') this.logger.error({ ...record, error: failure.cause ?? failure });
    else if (failure.cause !== undefined) this.logger.warn({ ...record, error: failure.cause });
    else if (failure.code === 'TIMEOUT' || failure.code === 'OVERLOADED') this.logger.warn(record);
    else this.logger.debug(record);
  }
}

function internal(cause: unknown): GatewireError {
  return new GatewireError('INTERNAL', { cause: cause ?? new Error(`${String(cause)} was thrown`) });
}
