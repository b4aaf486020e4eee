import type { Socket } from 'socket.io';
import type { BoundNamespace } from './bound.js';
import { SocketContext } from './context.js';
import { ExceptionWindow } from './exceptions.js';
import type { EventPacket } from './internals.js';

const kState = Symbol('gatewire.state');

/** What gatewire knows about one client in one namespace. */
export class SocketState {
  /** The context of the stay as a whole; it owns the instances of the scope `connection`. */
  readonly context: SocketContext;
  user: unknown = undefined;
  /** Events that came before `@OnConnect` was done; null once they flow. */
  waiting: EventPacket[] | null = null;
  /** Whether `@OnConnect` is done, one way or the other. */
  isSettled = false;
  /** Whether the client has left. */
  hasLeft = false;
  /** How many gateways had their `@OnConnect` started. */
  connectsStarted = 0;
  /** Settles when `@OnDisconnecting` is done; null when there is nothing to wait for. */
  disconnecting: Promise<void> | null = null;
  /** Socket.IO's reason, once the client is leaving. */
  leftBecause: string | null = null;
  /** Rooms at the time of leaving. */
  lastRooms: ReadonlySet<string> | null = null;
  #exceptions: ExceptionWindow | null = null;
  #aborts: Set<AbortController> | null = null;

  constructor(
    readonly socket: Socket,
    readonly namespace: BoundNamespace,
    readonly params: Readonly<Record<string, string>>,
  ) {
    this.context = new SocketContext(this);
    (socket as { [kState]?: SocketState })[kState] = this;
  }

  /** Limits how many `exception` events this client gets. */
  get exceptions(): ExceptionWindow {
    this.#exceptions ??= new ExceptionWindow();
    return this.#exceptions;
  }

  /** Aborts a controller when the client leaves. */
  abortWithMe(controller: AbortController): void {
    this.#aborts ??= new Set();
    this.#aborts.add(controller);
  }

  /** Forgets a controller whose call is over. */
  releaseAbort(controller: AbortController): void {
    this.#aborts?.delete(controller);
  }

  /** Aborts everything that still runs for this client. */
  abortAll(reason: Error): void {
    for (const controller of this.#aborts ?? []) controller.abort(reason);
    this.#aborts = null;
  }
}

/** The state of a socket that a gatewire namespace admitted. */
export function stateOf(socket: Socket): SocketState | undefined {
  return (socket as { [kState]?: SocketState })[kState];
}
