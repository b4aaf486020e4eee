import type { Socket } from 'socket.io';
import { withDeadline } from '../base/deadline.js';
import { isThenable } from '../base/thenable.js';
import type { WireError } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { assume, expired, hasExpired } from './access/identity.js';
import { lookAgain, recognize } from './access/recovery.js';
import type { BoundNamespace, Stage } from './bound.js';
import type { SocketContext } from './context.js';
import { aroundConnect, type BoundStep } from './onion.js';
import { SocketState } from './socket-state.js';
import { dropSocket, guardRefusal } from './socketio.js';
import { stateOf } from './state-of.js';

/** What stands between a client and a namespace. */
export interface AdmissionParts {
  readonly namespace: BoundNamespace;
  readonly steps: readonly BoundStep[];
}

/** A refusal as socket.io sends it: `err.data` on the client. */
export class Refusal extends Error {
  constructor(readonly data: WireError) {
    super(data.message);
  }
}

/** Makes the one Socket.IO middleware of a namespace: auth, then connect middleware, within one time limit. */
export function admission(parts: AdmissionParts): (socket: Socket, next: (error?: Error) => void) => void {
  const { namespace, steps } = parts;
  const { identify } = namespace;
  const entrance: Stage<SocketContext> = () => undefined;
  const middleware = steps.length === 0 ? null : aroundConnect(steps, entrance);
  const enter = async (state: SocketState): Promise<void> => {
    const { handshake } = state.context;
    state.user = namespace.impersonate?.(handshake);
    if (identify !== null && state.user === undefined) assume(state, await identify(state, handshake));
    const { socket } = state;
    if (socket.recovered && !recognize(state)) setFirstData(state);
    if (middleware !== null) {
      await middleware(state.context);
      if (hasExpired(state)) throw expired();
    }
    if (socket.recovered) await lookAgain(state);
  };
  const isOpen = identify === null && middleware === null && namespace.impersonate === null;
  return (socket, next) => {
    const state = new SocketState(socket, namespace, paramsOf(namespace, socket));
    const refusal = (error: unknown): Refusal =>
      new Refusal(namespace.failures.report(error, state.context.failurePlace('connect')));
    const refuse = (error: unknown): void => {
      guardRefusal(socket, refusal);
      next(refusal(error));
      // Auth or middleware may have been made for this client alone.
      const disposal = state.release((cause) => void refusal(cause));
      if (disposal !== null) namespace.calls.track(disposal);
    };
    if (namespace.calls.refuses(socket.conn)) {
      // Socket.IO's clients take a refusal for final, and come back by themselves to a connection that was closed.
      dropCandidate(socket);
      socket.conn.close();
      return;
    }
    try {
      if (!socket.recovered) setFirstData(state);
      if (isOpen) return next();
    } catch (error) {
      return refuse(error);
    }
    const late = () => new GatewireError('TIMEOUT', { message: 'authentication took too long' });
    const entering = whileConnected(socket, enter(state));
    withDeadline(entering, namespace.limits.authTimeoutMs, late).then(() => next(), refuse);
  };
}

/** Forgets a socket on its way in, in whose place a newer one of the same client stands. */
export function dropCandidate(socket: Socket): void {
  dropSocket(socket);
  const state = stateOf(socket);
  const report = (cause: unknown) =>
    void state?.namespace.failures.report(cause, state.context.failurePlace('connect'));
  const disposal = state?.release(report) ?? null;
  if (disposal !== null) state?.namespace.calls.track(disposal);
}

/** Makes the first `ctx.data` of a socket. */
function setFirstData({ socket, namespace }: SocketState): void {
  const make = namespace.plan.data;
  if (make === null) return;
  const data = make();
  if (!isThenable(data)) {
    socket.data = data;
    return;
  }
  Promise.resolve(data).catch(() => {}); // its rejection would end the process
  throw new TypeError('`data` returned a promise; it has to return the data itself');
}

/** Ends with the connection: Socket.IO would keep the socket of a lost one for as long as auth hangs. */
async function whileConnected(socket: Socket, entering: Promise<void>): Promise<void> {
  let onClose = (): void => {};
  const lost = new Promise<never>((_, reject) => {
    onClose = () => reject(new GatewireError('UNAVAILABLE', { message: 'the client left' }));
    // A connection waits in as many namespaces as its client asks for; Node would warn of a leak at the eleventh.
    socket.conn.setMaxListeners(0).once('close', onClose);
  });
  try {
    await Promise.race([entering, lost]);
  } finally {
    socket.conn.off('close', onClose);
  }
}

// One for all sockets of all fixed namespaces.
const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

function paramsOf({ plan }: BoundNamespace, socket: Socket): Readonly<Record<string, string>> {
  if (plan.pattern === null) return NO_PARAMS;
  return { ...plan.pattern.exec(socket.nsp.name)?.groups };
}
