import type { Socket } from 'socket.io-client';
import { GatewireError } from '../errors/gatewire-error.js';
import { readException } from './exceptions.js';
import { hurry, isShared } from './internals.js';
import type { AuthOption } from './options.js';
import { readError } from './reply.js';
import { backoff, isPassing, waitAfter } from './retry.js';
import { returnAfter } from './return.js';
import type { Status } from './status.js';

/** Gets a socket into its namespace, and back into it, and tells the status what happened. */
export interface Link {
  /** Answers socket.io-client when it asks what goes along with a connection. */
  authenticate(send: (data: object) => void): void;
  /** Sees every event: the reason for a disconnection comes as one. */
  hear(event: string, payload: unknown): void;
  /** Connects for the first time. */
  open(): void;
  /** As `connect` of a connection. */
  connect(): void;
  /** As `close` of a connection. */
  close(): void;
}

/**
 * Makes the link of a socket. Transports are socket.io-client's to reconnect; refusals that pass, and an auth function
 * that fails, are tried again here, because socket.io-client takes both for final.
 */
export function createLink(socket: Socket, status: Status, auth: AuthOption | undefined): Link {
  const manager = socket.io;
  let attempt = 0;
  let question = 0;
  let isAsked = false; // the server was asked to let this socket in, and has not answered
  let isClosed = false;
  let lastWords: GatewireError | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const retry = (error: Error, waitMs: number): void => {
    if (!manager.reconnection()) return status.set('refused', error);
    attempt++;
    timer = setTimeout(connect, waitMs);
    status.set('reconnecting', error);
  };
  const drop = (error: Error): void => {
    status.set(manager.reconnection() ? 'reconnecting' : 'refused', error);
  };
  const connect = (): void => {
    clearTimeout(timer);
    timer = undefined;
    socket.connect();
  };
  /** The server asks ahead of the end of an identity. Whatever fails here, it sends this client away at the end. */
  const renew = (): void => {
    if (typeof auth !== 'function') return;
    const ask = auth as () => unknown;
    Promise.resolve()
      .then(ask)
      .then((data) => void (socket.connected && socket.emit('gw:auth', data, () => {})))
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
    const refusal = readError(error.data) ?? foreignRefusal(error);
    if (isPassing(refusal)) retry(refusal, waitAfter(refusal, attempt));
    else status.set('refused', refusal);
  });
  socket.on('disconnect', (reason, description) => {
    isAsked = false;
    if (reason === 'io client disconnect') status.set('closed', null);
    else if (reason !== 'io server disconnect')
      drop(unavailable(`the connection was lost: ${reason}`, description));
    else status.set('refused', lastWords ?? unavailable('the server disconnected this client'));
  });

  return {
    authenticate(send) {
      if (isClosed) return void socket.disconnect();
      const mine = ++question;
      const { engine } = manager;
      isAsked = false;
      // The answer may come when the connection it was for is gone, and another one has been asked for.
      const isCurrent = () => mine === question && socket.active && manager.engine === engine;
      lastWords = null;
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
            backoff(attempt, manager.reconnectionDelay(), manager.reconnectionDelayMax()),
          );
        });
    },
    hear(name, payload) {
      if (name === 'gw:auth') return renew();
      if (name === 'gw:drain') return returnAfter(manager, payload);
      if (name !== 'exception') return;
      const { event, error } = readException(payload);
      if (event === 'connect') lastWords = error;
    },
    open() {
      if (!isClosed && !socket.active) connect();
    },
    connect() {
      if (isClosed) throw new TypeError('this connection is closed; connect(…) makes another one');
      // One that was told to wait with `autoConnect: false` has not been opened yet.
      const isOpened = socket.active || status.state === 'reconnecting';
      const isTheirs = isOpened && timer === undefined && status.state !== 'refused';
      if (isTheirs && (status.state !== 'reconnecting' || !hurry(socket))) return;
      attempt = 0;
      status.set('connecting', status.error);
      if (!isTheirs) connect();
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(timer);
      manager.off('reconnect_failed', giveUp);
      status.set('closed', null);
      status.end();
      socket.sendBuffer = [];
      const leave = (): void => {
        socket.disconnect();
        socket.off().offAny();
      };
      // Between the question and its answer nothing can be taken back, and the server would keep a socket of nobody.
      if (isAsked && isShared(socket)) socket.off().offAny().on('connect', leave).on('disconnect', leave);
      else leave();
    },
  };
}

function unavailable(message: string, cause?: unknown): GatewireError {
  return new GatewireError('UNAVAILABLE', { message, cause });
}

/** A refusal that is not gatewire's: an unknown namespace, or a middleware of Socket.IO. */
function foreignRefusal(cause: Error & { readonly data?: unknown }): GatewireError {
  const { message, data } = cause;
  return message === 'Invalid namespace'
    ? new GatewireError('NOT_FOUND', { message: 'the server has no such namespace', cause })
    : new GatewireError('FORBIDDEN', { message, details: data, cause });
}
