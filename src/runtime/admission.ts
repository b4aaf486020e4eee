import type { Socket } from 'socket.io';
import type { WireError } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { Authenticator, Handshake, Identity } from '../metadata/context.js';
import type { NamespacePlan } from '../plan/types.js';
import type { BoundNamespace, Stage } from './bound.js';
import type { SocketContext } from './context.js';
import type { InstanceSource } from './injection/resolver.js';
import { guardRefusal } from './internals.js';
import { aroundConnect, type BoundStep } from './onion.js';
import { isRoomName } from './rooms.js';
import { SocketState } from './socket-state.js';
import { isThenable, withDeadline } from './thenable.js';

/** What stands between a client and a namespace. */
export interface AdmissionParts {
  readonly namespace: BoundNamespace;
  readonly auth: NamespacePlan['auth'];
  readonly authSource: InstanceSource | null;
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
  const { namespace, auth, authSource, steps } = parts;
  const entrance: Stage<SocketContext> = () => undefined;
  const middleware = steps.length === 0 ? null : aroundConnect(steps, entrance);
  const authenticate = auth === null ? null : authenticator(auth.value, authSource);
  const enter = async (state: SocketState): Promise<void> => {
    state.user = namespace.impersonate?.(state.context.handshake);
    if (authenticate !== null) state.user ??= await identify(state, authenticate);
    if (middleware !== null) await middleware(state.context);
  };
  const isOpen = authenticate === null && middleware === null && namespace.impersonate === null;
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
    if (namespace.calls.isClosing) {
      return refuse(new GatewireError('UNAVAILABLE', { message: 'the server is shutting down' }));
    }
    try {
      if (namespace.plan.data !== null && !socket.recovered) socket.data = firstData(namespace.plan.data);
      if (isOpen) return next();
    } catch (error) {
      return refuse(error);
    }
    const late = () => new GatewireError('TIMEOUT', { message: 'authentication took too long' });
    const entering = whileConnected(socket, enter(state));
    withDeadline(entering, namespace.limits.authTimeoutMs, late).then(() => next(), refuse);
  };
}

/** Makes the first `ctx.data` of a socket. */
function firstData(make: () => unknown): unknown {
  const data = make();
  if (!isThenable(data)) return data;
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

type Authenticate = (handshake: Handshake, ctx: SocketContext) => unknown;

function authenticator(value: object, source: InstanceSource | null): Authenticate {
  if (source !== null) return (handshake, ctx) => (source.of(ctx) as Authenticator).authenticate(handshake);
  if (typeof value === 'function') return value as Authenticate;
  return (handshake) => (value as Authenticator).authenticate(handshake);
}

async function identify(state: SocketState, authenticate: Authenticate): Promise<unknown> {
  let identity: unknown;
  try {
    const result = authenticate(state.context.handshake, state.context);
    identity = isThenable(result) ? await result : result;
  } catch (cause) {
    // Whatever auth throws refuses; only a GatewireError says so in its own words.
    throw GatewireError.is(cause) ? cause : new GatewireError('UNAUTHENTICATED', { cause });
  }
  const user = (identity as Identity | null | undefined)?.user;
  if (typeof user?.id === 'string' && isRoomName(user.id)) return user;
  const cause = new Error('auth has to return { user: { id } }, an id of 1 to 128 characters, or to throw');
  throw new GatewireError('UNAUTHENTICATED', { cause });
}

// One for all sockets of all fixed namespaces.
const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

function paramsOf({ plan }: BoundNamespace, socket: Socket): Readonly<Record<string, string>> {
  if (plan.pattern === null) return NO_PARAMS;
  return { ...plan.pattern.exec(socket.nsp.name)?.groups };
}
