import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io';
import { GatewireError } from '../errors/gatewire-error.js';
import type { BatteryCall } from '../metadata/battery.js';
import type { ConnectContext, ContextLog, EventContext, Handshake } from '../metadata/context.js';
import type { BroadcastTarget, NamespaceTarget, Target } from '../metadata/target.js';
import { expired, hasExpired } from './access/identity.js';
import { askRoomGuards } from './access/room-guards.js';
import type { BoundEvent } from './bound.js';
import type { FailurePlace } from './failures.js';
import { ScopeInstances } from './injection/instances.js';
import type { Reply } from './reply.js';
import { applicationRooms, storedRooms } from './rooms.js';
import { emitToSocket } from './send.js';
import type { SocketState } from './socket-state.js';
import { Broadcast, RoomTarget, WholeNamespace } from './target.js';

/** The context of a connect, a hook, or a client's whole stay. What a handler rarely asks for is made when it asks. */
export class SocketContext implements ConnectContext {
  /** @internal */
  readonly state: SocketState;
  #requestId: string | null = null;
  #controller: AbortController | null = null;
  #forget: (() => void) | null = null;
  #instances: ScopeInstances | null = null;

  constructor(state: SocketState) {
    this.state = state;
  }

  get socket(): Socket {
    return this.state.socket;
  }

  get namespace(): NamespaceTarget {
    return new WholeNamespace(this.state);
  }

  get handshake(): Handshake {
    return this.state.socket.handshake as Handshake;
  }

  get params(): Readonly<Record<string, string>> {
    return this.state.params;
  }

  get user(): unknown {
    return this.state.user;
  }

  get data(): unknown {
    return this.state.socket.data;
  }

  set data(data: unknown) {
    this.state.socket.data = data;
  }

  get rooms(): ReadonlySet<string> {
    return this.state.lastRooms ?? applicationRooms(this.state.socket.rooms, this.state.socket.id);
  }

  get requestId(): string {
    this.#requestId ??= randomUUID();
    return this.#requestId;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      const controller = new AbortController();
      this.#controller = controller;
      const { leftBecause } = this.state;
      if (leftBecause !== null) controller.abort(leftError(leftBecause));
      else this.#forget = this.state.whenLeaving((reason) => controller.abort(reason));
    }
    return this.#controller.signal;
  }

  get log(): ContextLog {
    const { logger, path } = this.state.namespace;
    const fields = { namespace: path(this.state.socket), requestId: this.requestId };
    const at = (level: keyof ContextLog) => (record: object) =>
      logger[level]({ event: 'app.log', ...fields, ...record });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  async join(rooms: string | readonly string[]): Promise<void> {
    const { socket, namespace, user } = this.state;
    const stored = storedRooms(rooms);
    const guards = namespace.plan.rooms;
    if (guards !== null) for (const room of [rooms].flat()) await askRoomGuards(guards, this, room);
    const { roomsPerSocket } = namespace.limits;
    // Besides the application's rooms it is in one of its own, and in that of its user.
    const own = user === undefined ? 1 : 2;
    const added = new Set(stored.filter((room) => !socket.rooms.has(room))).size;
    if (added > 0 && socket.rooms.size - own + added > roomsPerSocket) {
      throw new GatewireError('OVERLOADED', {
        message: `a socket may be in ${roomsPerSocket} rooms (limits.roomsPerSocket)`,
      });
    }
    await socket.join(stored);
  }

  async leave(rooms: string | readonly string[]): Promise<void> {
    for (const room of storedRooms(rooms)) await this.state.socket.leave(room);
  }

  emit(event: string, ...args: readonly unknown[]): void {
    const { outgoing, operations, socket } = this.state;
    outgoing?.checkEmit(event, args);
    emitToSocket(operations.cluster.id, socket, event, args);
  }

  to(room: string | readonly string[]): Target {
    return new RoomTarget(this.state, storedRooms(room), [this.state.socket.id]);
  }

  except(room: string | readonly string[]): Target {
    return new RoomTarget(this.state, [], [this.state.socket.id, ...storedRooms(room)]);
  }

  get broadcast(): BroadcastTarget {
    return new Broadcast(this.state, [this.state.socket.id]);
  }

  disconnect(): void {
    this.state.socket.disconnect();
  }

  closeConnection(): void {
    this.state.socket.conn.close();
  }

  /** @internal */
  get instances(): ScopeInstances {
    this.#instances ??= new ScopeInstances();
    return this.#instances;
  }

  /** @internal Aborts `signal` where somebody holds it. */
  abort(reason: Error): void {
    this.#controller?.abort(reason);
  }

  /** @internal Where a failure of this call is logged. */
  failurePlace(call: string): FailurePlace {
    const { socket, namespace } = this.state;
    return { namespace: namespace.path(socket), socketId: socket.id, requestId: this.requestId, call };
  }

  /** @internal The call is over: frees what was made for it. */
  release(onError: (error: unknown) => void): Promise<void> | null {
    this.#forget?.();
    return this.#instances === null ? null : this.#instances.dispose(onError);
  }
}

/** The context of one event, together with the answer that is owed for it. */
export class CallContext extends SocketContext implements EventContext, BatteryCall {
  payload: unknown;
  /** @internal The acknowledgement that is owed; null when none was asked for. */
  reply: Reply | null = null;
  /** @internal Set while the handler may still run out of time. */
  timer: NodeJS.Timeout | null = null;
  /** @internal Whether somebody waits for the handler. */
  isRunning = false;
  /** @internal Whether the handler was given `ack` to answer with. */
  isByHand = false;
  /** @internal Whether the client was told of a failure already. */
  isAnswered = false;
  /** @internal Gives back the place in flight of a call that waits for its ack to be called. */
  giveBack: (() => void) | null = null;

  constructor(
    state: SocketState,
    readonly event: string,
    /** @internal Arguments of the event, without its name. */
    public args: readonly unknown[],
    /** @internal */
    readonly bound: BoundEvent,
  ) {
    super(state);
    this.payload = args[0];
  }

  /** @internal */
  get ctx(): EventContext {
    return this;
  }

  /** @internal */
  get hasAck(): boolean {
    return this.reply !== null;
  }

  /** @internal Tells whether a call that waited may go on: it may have run out of time. */
  mayStart(): boolean {
    if (this.isAnswered) return false;
    if (hasExpired(this.state)) throw expired();
    return true;
  }

  /** @internal */
  whenLeaving(onLeave: (reason: Error) => void): () => void {
    return this.state.whenLeaving(onLeave);
  }
}

/** Why `signal` was aborted when a client left. */
export function leftError(reason: string): GatewireError {
  return new GatewireError('UNAVAILABLE', { message: `the client left: ${reason}` });
}
