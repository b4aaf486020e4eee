import type { Namespace, Socket } from 'socket.io';
import { SocketActivity } from './activity.js';
import { ConnectionState } from './connection-state.js';
import { ExceptionWindow } from './exceptions.js';
import type { EventPacket } from './socketio.js';
import type {
  Activity,
  AsyncScope,
  CompiledNamespace,
  ExceptionLimit,
  OutgoingContract,
  RemoteOperations,
  SocketState,
} from './types.js';

/** Class that returns the object it is given, so that a class below it adds its private field to that object. */
const Given = class {
  constructor(given: object) {
    // biome-ignore lint/correctness/noConstructorReturn: it is what the class is for
    return given;
  }
} as new (
  given: object,
) => object;

/**
 * The private field of a socket that holds its state. A symbol could be read by the application, and a WeakMap costs a
 * hash at each event.
 */
class StateField extends Given {
  #state: SocketState;

  constructor(socket: Socket, state: SocketState) {
    super(socket);
    this.#state = state;
  }

  static of(socket: Socket): SocketState | undefined {
    return #state in socket ? socket.#state : undefined;
  }
}

/** Returns the state of a socket that a gatewire namespace let in, or is about to. */
export function stateOf(socket: Socket): SocketState | undefined {
  return StateField.of(socket);
}

/** State of one client in one namespace; it goes with its socket. */
export class ClientState implements SocketState {
  user: unknown = undefined;
  expiresAt: number | null = null;
  isRenewing = false;
  readonly madeAt = performance.now();
  arrivedAt = 0;
  waiting: EventPacket[] | null = null;
  isSettled = false;
  hasLeft = false;
  isOver = false;
  connectsStarted = 0;
  disconnecting: Promise<void> | null = null;
  leftBecause: string | null = null;
  lastRooms: ReadonlySet<string> | null = null;
  inConnectScope: AsyncScope | null = null;
  readonly connection: ConnectionState;
  #stay: Activity | null = null;
  #exceptions: ExceptionWindow | null = null;
  #leaving: Set<(reason: Error) => void> | null = null;

  constructor(
    readonly socket: Socket,
    readonly namespace: CompiledNamespace,
    readonly params: Readonly<Record<string, string>>,
  ) {
    this.connection = ConnectionState.of(socket.conn);
    new StateField(socket, this);
  }

  get nsp(): Namespace {
    return this.socket.nsp;
  }

  get outgoing(): OutgoingContract | null {
    return this.namespace.outgoing;
  }

  get operations(): RemoteOperations {
    return this.namespace.operations;
  }

  get stay(): Activity {
    this.#stay ??= new SocketActivity(this);
    return this.#stay;
  }

  get exceptions(): ExceptionLimit {
    this.#exceptions ??= new ExceptionWindow();
    return this.#exceptions;
  }

  whenLeaving(tell: (reason: Error) => void): () => void {
    this.#leaving ??= new Set();
    this.#leaving.add(tell);
    return () => void this.#leaving?.delete(tell);
  }

  tellLeaving(reasonOf: () => Error): void {
    const leaving = this.#leaving;
    this.#leaving = null;
    if (leaving === null || leaving.size === 0) return;
    // An error is made with its stack, which costs more than the rest of leaving.
    const reason = reasonOf();
    for (const tell of leaving) tell(reason);
  }

  release(onError: (error: unknown) => void): Promise<void> | null {
    return this.#stay === null ? null : this.#stay.release(onError);
  }
}
