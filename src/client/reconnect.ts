import type { Manager, Socket } from 'socket.io-client';
import { backoffMs } from '../base/backoff.js';
import { MAX_TIMER_MS } from '../base/deadline.js';
import { INTERNAL_EVENTS } from '../base/reserved-names.js';
import { GatewireError, readWireError } from '../errors/gatewire-error.js';
import { dropHeld, hurry, isShared } from './internals.js';
import { readException } from './replies.js';
import type { Status } from './status.js';
import type { AuthOption } from './types.js';

/** Refusals that are likely to pass by themselves. */
const PASSING = ['UNAVAILABLE', 'OVERLOADED', 'TIMEOUT', 'RATE_LIMITED'];
/** Waits after refusals that name none: 1 to 2 s, then up to 30 s. */
const RETRY = { firstMs: 2_000, maxMs: 30_000 };

/** Brings a socket into its namespace, and back into it, and reports to the status. */
export interface Reconnector {
  /** Answers socket.io-client when it asks for the credentials of a connection. */
  authenticate(send: (data: object) => void): void;
  /** Takes every event: the reason of a disconnection, a notice of a drain and a demand for new credentials are events. */
  hear(event: string, payload: unknown): void;
  /** Connects for the first time. */
  open(): void;
  /** Implements `connect` of a connection. */
  connect(): void;
  /** Implements `close` of a connection. */
  close(): void;
}

/**
 * Makes the reconnector of a socket. socket.io-client reconnects transports. It takes a refusal, and an auth function
 * that fails, for final, so attempts after those start here.
 */
export function createReconnector(socket: Socket, status: Status, auth: AuthOption | undefined): Reconnector {
  const manager = socket.io;
  let attempt = 0;
  let question = 0;
  let isAsked = false; // the server has got a CONNECT and has not answered it
  let isClosed = false;
  let disconnectReason: GatewireError | null = null; // given by the server ahead of it
  let timer: ReturnType<typeof setTimeout> | undefined;

  const connect = (): void => {
    clearTimeout(timer);
    timer = undefined;
    socket.connect();
  };
  const retry = (error: Error, waitMs: number): void => {
    if (!manager.reconnection()) return status.set('refused', error);
    attempt++;
    timer = setTimeout(connect, waitMs);
    status.set('reconnecting', error);
  };
  const drop = (error: Error): void => {
    status.set(manager.reconnection() ? 'reconnecting' : 'refused', error);
  };
  /** Sends new credentials before an identity ends. A failure is ignored: the server disconnects the client at the end. */
  const renew = (): void => {
    if (typeof auth !== 'function') return;
    const ask = auth as () => unknown;
    Promise.resolve()
      .then(ask)
      .then((data) => void (socket.connected && socket.emit(INTERNAL_EVENTS.auth, data, () => {})))
      .catch(() => {});
  };
  const giveUp = (): void => {
    if (!socket.connected && socket.active) status.set('refused', status.error);
  };

  manager.on('reconnect_failed', giveUp);
  socket.on('connect', () => {
    isAsked = false;
    attempt = 0;
    status.set('connected', null);
  });
  socket.on('connect_error', (error: Error & { readonly data?: unknown }) => {
    isAsked = false;
    if (socket.active) return drop(error);
    const refusal = readWireError(error.data) ?? foreignRefusal(error);
    if (PASSING.includes(refusal.code)) retry(refusal, retryWaitMs(refusal, attempt));
    else status.set('refused', refusal);
  });
  socket.on('disconnect', (reason, description) => {
    isAsked = false;
    if (reason === 'io client disconnect') status.set('closed', null);
    else if (reason !== 'io server disconnect')
      drop(unavailable(`the connection was lost: ${reason}`, description));
    else status.set('refused', disconnectReason ?? unavailable('the server disconnected this client'));
  });

  return {
    authenticate(send) {
      if (isClosed) return void socket.disconnect();
      const mine = ++question;
      const { engine } = manager;
      isAsked = false;
      // The answer may come late: its connection may have ended, and another one may have started.
      const isCurrent = () => mine === question && socket.active && manager.engine === engine;
      disconnectReason = null;
      Promise.resolve(auth)
        .then((given) => (typeof given === 'function' ? given() : given))
        .then((data) => {
          if (!isCurrent()) return;
          send(data ?? {});
          isAsked = true;
        })
        .catch((thrown: unknown) => {
          if (!isCurrent()) return;
          socket.disconnect();
          retry(
            thrown instanceof Error ? thrown : new GatewireError('UNAUTHENTICATED', { cause: thrown }),
            backoffMs(attempt, backoffOf(manager)),
          );
        });
    },
    hear(name, payload) {
      if (name === INTERNAL_EVENTS.auth) return renew();
      if (name === INTERNAL_EVENTS.drain) return returnAfter(manager, payload);
      if (name !== 'exception') return;
      const { event, error } = readException(payload);
      if (event === 'connect') disconnectReason = error;
    },
    open() {
      if (!isClosed && !socket.active) connect();
    },
    connect() {
      if (isClosed) throw new TypeError('this connection is closed; connect(…) makes another one');
      // With `autoConnect: false` the socket has not been opened yet.
      const isOpened = socket.active || status.state === 'reconnecting';
      const isManaged = isOpened && timer === undefined && status.state !== 'refused';
      if (isManaged && (status.state !== 'reconnecting' || !hurry(socket))) return;
      attempt = 0;
      status.set('connecting', status.error);
      if (!isManaged) connect();
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(timer);
      manager.off('reconnect_failed', giveUp);
      status.set('closed', null);
      status.end();
      dropHeld(socket);
      const leave = (): void => {
        socket.disconnect();
        socket.off().offAny();
      };
      // A CONNECT cannot be taken back before its answer: the server would keep a socket without a client.
      if (isAsked && isShared(socket)) socket.off().offAny().on('connect', leave).on('disconnect', leave);
      else leave();
    },
  };
}

/**
 * Computes the wait after a refusal: the time that the server named, else 1 s growing to 30 s.
 *
 * @param attempt - attempts that were refused before
 * @returns milliseconds that a timer can wait
 */
export function retryWaitMs({ retryAfterMs }: GatewireError, attempt: number): number {
  return retryAfterMs === undefined ? backoffMs(attempt, RETRY) : Math.min(retryAfterMs, MAX_TIMER_MS);
}

/** Takes the waits of socket.io-client, so that the first one is not shorter than its `reconnectionDelay`. */
function backoffOf(manager: Manager) {
  const maxMs = manager.reconnectionDelayMax();
  return { firstMs: Math.min(2 * manager.reconnectionDelay(), maxMs), maxMs };
}

// Several sockets of one connection get the notice of the same drain.
const returning = new WeakSet<Manager>();

/**
 * Takes the notice of a server that is about to close, which says when to come back. After that attempt the waits of
 * the manager hold again.
 */
function returnAfter(manager: Manager, notice: unknown): void {
  const { returnInMs } = (notice ?? {}) as { readonly returnInMs?: unknown };
  if (typeof returnInMs !== 'number' || !(returnInMs >= 0) || returning.has(manager)) return;
  returning.add(manager);
  const [waitMs, jitter] = [manager.reconnectionDelay(), manager.randomizationFactor()];
  manager.reconnectionDelay(returnInMs).randomizationFactor(0);
  const restore = (): void => {
    manager.off('reconnect_attempt', restore).off('open', restore);
    returning.delete(manager);
    manager.reconnectionDelay(waitMs).randomizationFactor(jitter);
  };
  // `connect()` may open it without such an attempt.
  manager.on('reconnect_attempt', restore).on('open', restore);
}

function unavailable(message: string, cause?: unknown): GatewireError {
  return new GatewireError('UNAVAILABLE', { message, cause });
}

/** Makes an error of a refusal that does not come from gatewire: an unknown namespace, or a middleware of Socket.IO. */
function foreignRefusal(cause: Error & { readonly data?: unknown }): GatewireError {
  const { message, data } = cause;
  return message === 'Invalid namespace'
    ? new GatewireError('NOT_FOUND', { message: 'the server has no such namespace', cause })
    : new GatewireError('FORBIDDEN', { message, details: data, cause });
}
