import type { Socket } from 'socket.io';
import { GatewireError } from '../errors/gatewire-error.js';
import type { ConnectContext, ContextLog, EventContext, Handshake } from '../metadata/context.js';
import type { BroadcastTarget, NamespaceTarget, Target } from '../metadata/target.js';
import { clientLeft } from './failures.js';
import { applicationRooms, askRoomGuards, storedRooms } from './rooms.js';
import { emitToSocket } from './send.js';
import { Broadcast, RoomTarget, WholeNamespace } from './target.js';
import type { Activity, Call, SocketState } from './types.js';

/** The context of a connect or a hook. The record behind it is private: an application reaches no internal member. */
export class SocketContext implements ConnectContext {
  readonly #activity: Activity;
  readonly #state: SocketState;

  constructor(activity: Activity) {
    this.#activity = activity;
    this.#state = activity.state;
  }

  get socket(): Socket {
    return this.#state.socket;
  }

  get namespace(): NamespaceTarget {
    return new WholeNamespace(this.#state);
  }

  get handshake(): Handshake {
    return this.#state.socket.handshake as Handshake;
  }

  get params(): Readonly<Record<string, string>> {
    return this.#state.params;
  }

  get user(): unknown {
    return this.#state.user;
  }

  get data(): unknown {
    return this.#state.socket.data;
  }

  set data(data: unknown) {
    this.#state.socket.data = data;
  }

  get rooms(): ReadonlySet<string> {
    const { lastRooms, socket } = this.#state;
    return lastRooms ?? applicationRooms(socket.rooms, socket.id);
  }

  get requestId(): string {
    return this.#activity.requestId;
  }

  get signal(): AbortSignal {
    return this.#activity.signal;
  }

  get log(): ContextLog {
    const { namespace, socket } = this.#state;
    const fields = { namespace: socket.nsp.name, requestId: this.requestId };
    const at = (level: keyof ContextLog) => (record: object) =>
      namespace.logger[level]({ event: 'app.log', ...fields, ...record });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  async join(rooms: string | readonly string[]): Promise<void> {
    const names = new Set([rooms].flat());
    const stored = storedRooms([...names]);
    // Ahead of the guards, which may cost a query each, and after them: other calls may have joined meanwhile.
    this.#checkRoomCount(stored);
    const guards = this.#state.namespace.plan.rooms;
    if (guards !== null) {
      for (const room of names) await askRoomGuards(guards, this, room);
      this.#checkRoomCount(stored);
    }
    await this.#state.socket.join(stored);
  }

  #checkRoomCount(stored: readonly string[]): void {
    const { socket, namespace, user, leftBecause } = this.#state;
    // Socket.IO would keep the rooms of a socket that has left for as long as the process lives.
    if (leftBecause !== null) throw clientLeft(leftBecause);
    const { roomsPerSocket } = namespace.limits;
    // Besides the application's rooms it is in one of its own, and in that of its user.
    const own = user === undefined ? 1 : 2;
    const added = stored.filter((room) => !socket.rooms.has(room)).length;
    if (added === 0 || socket.rooms.size - own + added <= roomsPerSocket) return;
    throw new GatewireError('OVERLOADED', {
      message: `a socket may be in ${roomsPerSocket} rooms (limits.roomsPerSocket)`,
    });
  }

  async leave(rooms: string | readonly string[]): Promise<void> {
    for (const room of storedRooms(rooms)) await this.#state.socket.leave(room);
  }

  emit(event: string, ...args: readonly unknown[]): void {
    const { outgoing, namespace, socket } = this.#state;
    outgoing?.checkEmit(event, args);
    emitToSocket(namespace.app, socket, event, args);
  }

  to(room: string | readonly string[]): Target {
    return new RoomTarget(this.#state, storedRooms(room), [this.#state.socket.id]);
  }

  except(room: string | readonly string[]): Target {
    return new RoomTarget(this.#state, [], [this.#state.socket.id, ...storedRooms(room)]);
  }

  get broadcast(): BroadcastTarget {
    return new Broadcast(this.#state, [this.#state.socket.id]);
  }

  disconnect(): void {
    this.#state.socket.disconnect();
  }

  closeConnection(): void {
    this.#state.socket.conn.close();
  }
}

/** The context of one event. */
export class CallContext extends SocketContext implements EventContext {
  readonly #call: Call;

  constructor(call: Call) {
    super(call);
    this.#call = call;
  }

  get event(): string {
    return this.#call.event;
  }

  get payload(): unknown {
    return this.#call.payload;
  }
}
