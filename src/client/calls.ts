import type { Socket } from 'socket.io-client';
import { MAX_TIMER_MS } from '../base/deadline.js';
import { sentArguments } from '../contract/wire.js';
import { GatewireError, readWireError } from '../errors/gatewire-error.js';
import { type Emitted, emitWithAck } from './internals.js';
import type { Status } from './status.js';
import type { ClientException } from './types.js';

/** Sends an event and waits for its answer. */
export type Call = (event: string, args: readonly unknown[], timeoutMs: number) => Promise<unknown>;

/**
 * Makes the function behind every call of one connection. Each call has one timer and settles once: with the answer,
 * at its limit, when the connection drops, or when there can be no answer.
 */
export function createCalls(socket: Socket, status: Status, isRaw: boolean): Call {
  /** Functions that reject the calls without an answer. */
  const open = new Set<(error: GatewireError) => void>();
  // Events of later calls are held for the next connection.
  socket.on('disconnect', (reason) => {
    for (const fail of [...open]) fail(lost(reason));
  });
  status.subscribe(() => {
    const reason = reasonAgainst(status);
    if (reason !== null) for (const fail of [...open]) fail(reason);
  });

  return (event, args, timeoutMs) =>
    new Promise((resolve, reject) => {
      const reason = reasonAgainst(status);
      if (reason !== null) return reject(reason);
      let emitted: Emitted | undefined;
      const end = (): void => {
        clearTimeout(timer);
        open.delete(fail);
      };
      const fail = (error: GatewireError): void => {
        end();
        // An event whose call was rejected must not be sent later.
        emitted?.takeBack();
        reject(error);
      };
      const onLimit = () => fail(tooLate(event, timeoutMs, emitted?.isHeld() === true ? status : null));
      const timer = setTimeout(onLimit, timeoutMs);
      open.add(fail);
      try {
        checkEncodable(socket, args);
        emitted = emitWithAck(socket, event, sentArguments(args), (reply) => {
          end();
          try {
            resolve(readReply(event, reply, isRaw));
          } catch (error) {
            reject(error);
          }
        });
      } catch (cause) {
        fail(new GatewireError('INVALID_PAYLOAD', { message: `\`${event}\` cannot be sent`, cause }));
      }
    });
}

/**
 * Makes an object whose properties are functions that call the event of their name.
 *
 * @param call - sends an event and waits for its answer
 */
export function createApi(call: (event: string, ...args: readonly unknown[]) => Promise<unknown>): object {
  const known = new Map<string, (...args: readonly unknown[]) => Promise<unknown>>();
  return new Proxy(
    {},
    {
      get(_, event) {
        // `await` reads `then` to find out whether this is a promise, which it is not.
        if (typeof event === 'symbol' || event === 'then') return undefined;
        const method = known.get(event) ?? ((...args) => call(event, ...args));
        known.set(event, method);
        return method;
      },
    },
  );
}

/**
 * Refuses arguments that cannot be encoded while they would only be stored. socket.io-client would find out when it
 * connects, fail there, and fail again with each further attempt.
 *
 * @throws {TypeError} for a circle or a bigint
 */
export function checkEncodable(socket: Socket, args: readonly unknown[]): void {
  if (!socket.connected) JSON.stringify(args, (_, value) => (ArrayBuffer.isView(value) ? 0 : value));
}

/**
 * Checks the time limit of a call. Fractions are allowed: the rest of a deadline that a page measures has some.
 *
 * @throws {RangeError} when `timeoutMs` is not a number of milliseconds that a timer can wait
 */
export function checkLimit(timeoutMs: number): number {
  if (timeoutMs >= 1 && timeoutMs <= MAX_TIMER_MS) return timeoutMs;
  throw new RangeError(`timeoutMs is a number from 1 to ${MAX_TIMER_MS}, not ${String(timeoutMs)}`);
}

/** Returns the reason why a call cannot be answered; null when it can. */
function reasonAgainst({ state, error }: Status): GatewireError | null {
  if (state === 'closed') return new GatewireError('UNAVAILABLE', { message: 'the connection is closed' });
  if (state !== 'refused') return null;
  return GatewireError.is(error)
    ? error
    : new GatewireError('UNAVAILABLE', { message: 'there is no connection', cause: error });
}

function lost(reason: string): GatewireError {
  return new GatewireError('UNAVAILABLE', {
    message: `the connection was lost before the answer: ${reason}`,
  });
}

/** @param status - of the connection that the call waited for; null when the call waited for its answer */
function tooLate(event: string, timeoutMs: number, status: Status | null): GatewireError {
  const what = status === null ? `answer to \`${event}\`` : `connection for \`${event}\``;
  return new GatewireError('TIMEOUT', {
    message: `no ${what} within ${timeoutMs} ms`,
    cause: status?.error ?? undefined,
  });
}

type Fields<TName extends string> = { readonly [K in TName]?: unknown };

/**
 * Takes the value out of an acknowledgement. The other side may be any server, so every field is checked.
 *
 * @throws {GatewireError} the error in the acknowledgement; INTERNAL when it does not come from gatewire
 */
export function readReply(event: string, reply: unknown, isRaw: boolean): unknown {
  const { ok, data, error } = (reply ?? {}) as Fields<'ok' | 'data' | 'error'>;
  const failure = isRaw || ok === false ? readWireError(error) : null;
  if (failure !== null) throw failure;
  if (isRaw) return reply;
  if (ok === true) return data;
  throw new GatewireError('INTERNAL', {
    cause: new TypeError(`the answer to \`${event}\` is no envelope; is it a server with reply: 'raw'?`),
  });
}

/** Reads the payload of the event `exception`. The error is INTERNAL when the payload does not come from gatewire. */
export function readException(payload: unknown): ClientException {
  const { event, error } = (payload ?? {}) as Fields<'event' | 'error'>;
  return {
    event: typeof event === 'string' ? event : '',
    error: readWireError(error) ?? new GatewireError('INTERNAL', { cause: payload }),
  };
}
