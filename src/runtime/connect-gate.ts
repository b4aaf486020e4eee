import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'socket.io';
import { isThenable } from '../base/deadline.js';
import type { WireError } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { announceConnecting, announceSocket } from './announce.js';
import { aroundConnect, type CompiledStep } from './compose.js';
import { ConnectionState } from './connection-state.js';
import { clientLeft } from './failures.js';
import { assume, expired, hasExpired, withinAuthTime } from './identity.js';
import { lookAgain, recognize } from './recovery.js';
import { ClientState, stateOf } from './socket-state.js';
import { dropSocket, guardRefusal } from './socketio.js';
import type { Activity, AsyncScope, CompiledNamespace, Identify, SocketState, Stage } from './types.js';

/** Checks between a client and a namespace. */
export interface ConnectGateParts {
  readonly namespace: CompiledNamespace;
  readonly steps: readonly CompiledStep[];
  /** Authentication, of the namespace or ahead of it; null where everybody may come in. */
  readonly identify: Identify | null;
}

/** A refusal as socket.io sends it: `err.data` on the client. */
export class Refusal extends Error {
  constructor(readonly data: WireError) {
    super(data.message);
  }
}

/** Makes the one Socket.IO middleware of a namespace: auth, then connect middleware, within one time limit. */
export function connectGate(
  parts: ConnectGateParts,
): (socket: Socket, next: (error?: Error) => void) => void {
  const { namespace, steps, identify } = parts;
  const entrance: Stage<Activity> = ({ state }) => {
    // Hooks and events of the client run where middleware has called `next`.
    state.inConnectScope = AsyncLocalStorage.snapshot() as AsyncScope;
  };
  const middleware = steps.length === 0 ? null : aroundConnect(steps, entrance);
  const enter = async (state: SocketState): Promise<void> => {
    const { socket, stay } = state;
    const identity = identify === null ? null : await identify(stay, stay.ctx.handshake);
    if (identity !== null) assume(state, identity);
    if (socket.recovered && !recognize(state)) setFirstData(state);
    if (middleware !== null) {
      await middleware(stay);
      if (hasExpired(state)) throw expired();
    }
    if (!socket.recovered) return;
    await lookAgain(state);
    if (!socket.recovered) setFirstData(state);
  };
  const isOpen = identify === null && middleware === null;
  return (socket, next) => {
    const state = new ClientState(socket, namespace, paramsOf(namespace, socket));
    if (namespace.calls.refuses(socket.conn)) {
      // Socket.IO's clients take a refusal for final, and come back by themselves to a connection that was closed.
      dropCandidate(socket);
      socket.conn.close();
      return;
    }
    const refuse = (error: unknown): void => refuseSocket(state, error, next);
    announceConnecting(state, () => {
      try {
        if (!socket.recovered) setFirstData(state);
        if (isOpen) return next();
      } catch (error) {
        return refuse(error);
      }
      withinAuthTime(whileConnected(state, enter(state)), namespace.limits).then(() => next(), refuse);
    });
  };
}

function refuseSocket(state: SocketState, error: unknown, next: (error: Error) => void): void {
  const { socket, namespace, stay } = state;
  const refusal = (cause: unknown): Refusal =>
    new Refusal(namespace.failures.report(cause, stay.failurePlace('connect')));
  const told = refusal(error);
  giveUp(state, GatewireError.is(error) ? error : new GatewireError('UNAVAILABLE', { cause: error }));
  announceSocket(state, 'refused', { code: told.data.code });
  guardRefusal(socket, refusal);
  next(told);
  // Auth or middleware may have been made for this client alone.
  const disposal = state.release((cause) => void refusal(cause));
  if (disposal !== null) namespace.calls.track(disposal);
}

/** Tells what still runs for a client on its way in that it is of no use any more. */
function giveUp(state: SocketState, reason: GatewireError): void {
  state.stay.abort(reason);
  state.tellLeaving(() => reason);
}

/** Forgets a socket on its way in, in whose place a newer one of the same client stands. */
export function dropCandidate(socket: Socket): void {
  dropSocket(socket);
  const state = stateOf(socket);
  const report = (cause: unknown) =>
    void state?.namespace.failures.report(cause, state.stay.failurePlace('connect'));
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
async function whileConnected(state: SocketState, entering: Promise<void>): Promise<void> {
  const { conn } = state.socket;
  let onClose = (): void => {};
  const lost = new Promise<never>((_, reject) => {
    onClose = () => {
      const reason = clientLeft();
      // Here and now: middleware that goes on in the same turn must not take its client for one that came in.
      giveUp(state, reason);
      reject(reason);
    };
    // A connection waits in as many namespaces as its client asks for; Node would warn of a leak at the eleventh.
    conn.setMaxListeners(0).once('close', onClose);
  });
  try {
    await Promise.race([entering, lost]);
  } finally {
    conn.off('close', onClose);
  }
}

// One for all sockets of all fixed namespaces.
const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

function paramsOf({ plan }: CompiledNamespace, socket: Socket): Readonly<Record<string, string>> {
  if (plan.pattern === null) return NO_PARAMS;
  return { ...plan.pattern.exec(socket.nsp.name)?.groups };
}

type Done = (refusal?: unknown) => void;

/** A socket on its way into a namespace. */
interface Candidate {
  readonly socket: Socket;
  /** Runs middleware, and tells how that ended. */
  readonly start: (settle: Done) => void;
  readonly done: Done;
}

/** The way of one connection into one namespace: one candidate is asked about, the newest other one waits. */
interface Entrance {
  waiting: Candidate | null;
}

/**
 * Lets one CONNECT of a connection and namespace run at a time. Standard clients do send a second one while auth is
 * pending (connect, disconnect, connect): refusing it would strand them, and the first one carries an old identity. So
 * the newest waits and takes over the outcome; 500 of them cost two runs of auth, and make one socket.
 */
export class PendingConnects {
  readonly #entrances = new WeakMap<object, Map<string, Entrance>>();

  /** @param drop - disposes of a candidate whose outcome nobody wants any more */
  constructor(private readonly drop: (socket: Socket) => void) {}

  /**
   * @param start - called now, later, or never
   * @param done - told how it ended, unless a newer candidate takes over
   */
  enter(socket: Socket, start: Candidate['start'], done: Done): void {
    // Closed in the turn in which it was read: its end has been announced, and nobody would hear of it in auth.
    if (socket.conn.readyState === 'closed') return done();
    const candidate = { socket, start, done };
    const entrances = this.#entrances.get(socket.client) ?? new Map<string, Entrance>();
    this.#entrances.set(socket.client, entrances);
    const { name } = socket.nsp;
    const entrance = entrances.get(name);
    if (entrance === undefined) {
      const opened: Entrance = { waiting: candidate };
      entrances.set(name, opened);
      // Hooks of a stay that is over may still run: each CONNECT and DISCONNECT would add to them.
      ConnectionState.of(socket.conn).afterHooks(name, () => this.#admit(opened));
      return;
    }
    if (entrance.waiting !== null) this.drop(entrance.waiting.socket);
    entrance.waiting = candidate;
  }

  /** Runs the newest candidate, once its connection may ask auth. */
  #admit(entrance: Entrance): void {
    const candidate = entrance.waiting as Candidate;
    const { conn } = candidate.socket;
    if (conn.readyState !== 'open') {
      this.#leave(candidate.socket);
      return candidate.done();
    }
    const waitMs = ConnectionState.of(conn).takeAuth();
    if (waitMs > 0) {
      setTimeout(() => this.#admit(entrance), waitMs).unref();
      return;
    }
    entrance.waiting = null;
    this.#run(candidate, entrance);
  }

  #run({ socket, start, done }: Candidate, entrance: Entrance): void {
    start((refusal) => {
      // In a tick of its own: CONNECT packets that were read together have all come in by then.
      process.nextTick(() => {
        const next = entrance.waiting;
        entrance.waiting = null;
        if (next !== null && socket.conn.readyState === 'open') {
          this.drop(socket);
          return this.#run(next, entrance);
        }
        if (next !== null) this.drop(next.socket);
        this.#leave(socket);
        done(refusal);
      });
    });
  }

  #leave(socket: Socket): void {
    const entrances = this.#entrances.get(socket.client);
    entrances?.delete(socket.nsp.name);
    if (entrances?.size === 0) this.#entrances.delete(socket.client);
  }
}
