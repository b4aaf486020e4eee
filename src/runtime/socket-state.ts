import type { Namespace, Socket } from 'socket.io';
import { SocketActivity } from './activity.js';
import { ExceptionWindow } from './exceptions.js';
import type { Semaphore } from './semaphore.js';
import type { EventPacket } from './socketio.js';
import type {
  Activity,
  CompiledNamespace,
  ExceptionLimit,
  OutgoingContract,
  RemoteOperations,
  SocketState,
} from './types.js';

const kState = Symbol('gatewire.state');

/** Returns the state of a socket that a gatewire namespace let in, or is about to. */
export function stateOf(socket: Socket): SocketState | undefined {
  return (socket as { [kState]?: SocketState })[kState];
}

/** State of one client in one namespace; it goes with its socket. */
export class ClientState implements SocketState {
  user: unknown = undefined;
  expiresAt: number | null = null;
  isRenewing = false;
  arrivedAt = 0;
  waiting: EventPacket[] | null = null;
  isSettled = false;
  hasLeft = false;
  connectsStarted = 0;
  semaphore: Semaphore | null = null;
  disconnecting: Promise<void> | null = null;
  leftBecause: string | null = null;
  lastRooms: ReadonlySet<string> | null = null;
  #stay: Activity | null = null;
  #exceptions: ExceptionWindow | null = null;
  #leaving: Set<(reason: Error) => void> | null = null;

  constructor(
    readonly socket: Socket,
    readonly namespace: CompiledNamespace,
    readonly params: Readonly<Record<string, string>>,
  ) {
    (socket as { [kState]?: SocketState })[kState] = this;
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

  tellLeaving(reason: Error): void {
    const leaving = this.#leaving;
    this.#leaving = null;
    for (const tell of leaving ?? []) tell(reason);
  }

  release(onError: (error: unknown) => void): Promise<void> | null {
    return this.#stay === null ? null : this.#stay.release(onError);
  }
}
