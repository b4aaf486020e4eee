import type { Namespace, Socket } from 'socket.io';
import type { BoundNamespace } from './bound.js';
import type { Operations } from './cluster/operations.js';
import { SocketContext } from './context.js';
import { ExceptionWindow } from './exceptions.js';
import type { EventPacket } from './internals-members.js';
import type { Outgoing } from './outgoing.js';
import type { Semaphore } from './semaphore.js';
import { attachState } from './state-of.js';
import type { Located } from './target.js';

/** What gatewire knows about one client in one namespace. */
export class SocketState implements Located {
  user: unknown = undefined;
  /** Events that came before `@OnConnect` was done; null once they flow. */
  waiting: EventPacket[] | null = null;
  /** Whether `@OnConnect` is done, one way or the other. */
  isSettled = false;
  /** Whether the client has left. */
  hasLeft = false;
  /** How many gateways had their `@OnConnect` started. */
  connectsStarted = 0;
  /** When the identity ends, in milliseconds since 1970; null for never. */
  expiresAt: number | null = null;
  /** Whether a new identity is being checked. */
  isRenewing = false;
  /** Limit of the calls that run; null as long as none needed a promise. */
  semaphore: Semaphore | null = null;
  /** Settles when `@OnDisconnecting` is done; null when there is nothing to wait for. */
  disconnecting: Promise<void> | null = null;
  /** Socket.IO's reason, once the client is leaving. */
  leftBecause: string | null = null;
  /** Rooms at the time of leaving. */
  lastRooms: ReadonlySet<string> | null = null;
  #context: SocketContext | null = null;
  #exceptions: ExceptionWindow | null = null;
  #leaving: Set<(reason: Error) => void> | null = null;

  constructor(
    readonly socket: Socket,
    readonly namespace: BoundNamespace,
    readonly params: Readonly<Record<string, string>>,
  ) {
    attachState(socket, this);
  }

  /** Namespace instance; asked at each use, since an empty one may be swept away. */
  get nsp(): Namespace {
    return this.socket.nsp;
  }

  get outgoing(): Outgoing | null {
    return this.namespace.outgoing;
  }

  get operations(): Operations {
    return this.namespace.operations;
  }

  /** The context of the stay as a whole; it owns the instances of the scope `connection`. */
  get context(): SocketContext {
    this.#context ??= new SocketContext(this);
    return this.#context;
  }

  /** Ends the scope `connection`, where anything was made in it. */
  release(onError: (error: unknown) => void): Promise<void> | null {
    return this.#context === null ? null : this.#context.release(onError);
  }

  /** Limits how many `exception` events this client gets. */
  get exceptions(): ExceptionWindow {
    this.#exceptions ??= new ExceptionWindow();
    return this.#exceptions;
  }

  /** Tells somebody when the client leaves; returns what takes that back. */
  whenLeaving(tell: (reason: Error) => void): () => void {
    this.#leaving ??= new Set();
    this.#leaving.add(tell);
    return () => void this.#leaving?.delete(tell);
  }

  /** Tells everybody who asked for it. */
  tellLeaving(reason: Error): void {
    const leaving = this.#leaving;
    this.#leaving = null;
    for (const tell of leaving ?? []) tell(reason);
  }
}
