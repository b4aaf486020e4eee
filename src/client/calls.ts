import type { Socket } from 'socket.io-client';
import { MAX_TIMER_MS } from '../base/deadline.js';
import { sentArguments } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { type Emitted, emitWithAck } from './internals.js';
import { readReply } from './replies.js';
import type { Status } from './status.js';

/** One event that is to be sent. */
export interface Request {
  readonly event: string;
  readonly args: readonly unknown[];
  readonly timeoutMs: number;
}

/** Sends an event and waits for its answer. The stacks of errors begin at the line that called `callee`. */
export type Call = (request: Request, callee: Callee) => Promise<unknown>;

type Callee = (...args: never[]) => unknown;

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

  return ({ event, args, timeoutMs }, callee) => {
    const caller = callerOf(callee);
    return new Promise((resolve, give) => {
      const reject = (error: unknown): void => give(blame(error, event, caller));
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
  };
}

/** Stack of a line that called; it is written when somebody reads it. */
interface Caller {
  readonly stack?: string;
}

/** Remembers the line that called a function, where the engine can. */
function callerOf(callee: Callee): Caller {
  const caller: Caller = {};
  (Error as { captureStackTrace?: (holder: object, callee: Callee) => void }).captureStackTrace?.(
    caller,
    callee,
  );
  return caller;
}

/**
 * Copies an error for one call. Its stack names code and event, and begins at the line that called: by itself it would
 * name the lines that received the answer, and several calls may fail by one error.
 */
function blame(error: unknown, event: string, { stack }: Caller): unknown {
  if (!GatewireError.is(error) || stack === undefined) return error;
  const { code, message, details, retryAfterMs, id, cause } = error;
  const copy = new GatewireError(code, {
    message,
    details,
    cause,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(id !== undefined && { id }),
  });
  // V8 begins with a line of its own, other engines with the first frame.
  const frames = stack.split('\n').filter((line) => /^ +at |@/.test(line));
  copy.stack = [`${copy.name}: ${code} of \`${event}\`: ${message}`, ...frames].join('\n');
  return copy;
}

/**
 * Makes an object whose properties are functions that call the event of their name.
 *
 * @param call - sends an event and waits for its answer
 * @param timeoutMs - time limit of each call
 */
export function createApi(call: Call, timeoutMs: number): object {
  type Method = (...args: readonly unknown[]) => Promise<unknown>;
  const known = new Map<string, Method>();
  return new Proxy(
    {},
    {
      get(_, event) {
        // `await` reads `then` to find out whether this is a promise, which it is not.
        if (typeof event === 'symbol' || event === 'then') return undefined;
        const method: Method = known.get(event) ?? ((...args) => call({ event, args, timeoutMs }, method));
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
