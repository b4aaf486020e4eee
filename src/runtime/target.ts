import type { BroadcastOperator, DefaultEventsMap, Namespace, Socket } from 'socket.io';
import { GatewireError } from '../errors/gatewire-error.js';
import type {
  BroadcastTarget,
  CallAllResult,
  CallOptions,
  NamespaceTarget,
  SocketInfo,
  SocketTarget,
  Target,
} from '../metadata/target.js';
import { callClient, checkTimeout } from './client-call.js';
import type { Outgoing } from './outgoing.js';
import { applicationRooms, socketRoom, storedRooms, userRoom } from './rooms.js';
import { stateOf } from './state-of.js';

/**
 * Something that knows its namespace instance, such as a socket. It is asked at each use: an instance that was
 * empty may have been swept away meanwhile, and another one may have taken its place.
 */
export interface Located {
  readonly nsp: Namespace;
  readonly outgoing: Outgoing | null;
}

/** Rooms of a namespace instance, by their stored names; none stands for everyone. */
export class RoomTarget implements Target {
  constructor(
    protected readonly located: Located,
    private readonly rooms: readonly string[] = [],
    private readonly excepted: readonly string[] = [],
    private readonly isVolatile = false,
  ) {}

  to(room: string | readonly string[]): Target {
    return new RoomTarget(
      this.located,
      [...this.rooms, ...storedRooms(room)],
      this.excepted,
      this.isVolatile,
    );
  }

  except(room: string | readonly string[]): Target {
    return new RoomTarget(
      this.located,
      this.rooms,
      [...this.excepted, ...storedRooms(room)],
      this.isVolatile,
    );
  }

  get volatile(): Target {
    return new RoomTarget(this.located, this.rooms, this.excepted, true);
  }

  emit(event: string, ...args: readonly unknown[]): void {
    this.located.outgoing?.checkEmit(event, args);
    this.#operator().emit(event, ...args);
  }

  async callAll(event: string, payload?: unknown, options?: CallOptions): Promise<CallAllResult<unknown>> {
    const timeoutMs = checkTimeout(options);
    const sockets = await this.#members();
    const calls = sockets.map((socket) => this.ask(socket, event, payload, timeoutMs));
    const outcomes = await Promise.allSettled(calls);
    return {
      answers: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
      missing: sockets.filter((_, i) => outcomes[i]?.status === 'rejected').map(({ id }) => id),
    };
  }

  async join(room: string | readonly string[]): Promise<void> {
    this.#operator().socketsJoin(storedRooms(room));
  }

  async leave(room: string | readonly string[]): Promise<void> {
    this.#operator().socketsLeave(storedRooms(room));
  }

  async disconnect(): Promise<void> {
    this.#operator().disconnectSockets();
  }

  async closeConnection(): Promise<void> {
    for (const socket of await this.#members()) socket.conn.close();
  }

  async count(): Promise<number> {
    return (await this.#members()).length;
  }

  async sockets(): Promise<readonly SocketInfo[]> {
    const sockets = await this.#members();
    return sockets.map((socket) => ({
      id: socket.id,
      user: stateOf(socket)?.user,
      data: socket.data,
      rooms: applicationRooms(socket.rooms, socket.id),
    }));
  }

  /** Asks one socket, with what the contract says about question and answer. */
  protected async ask(socket: Socket, event: string, payload: unknown, timeoutMs: number): Promise<unknown> {
    const { outgoing } = this.located;
    const args = outgoing === null ? [payload] : outgoing.callArguments(event, payload);
    const answer = await callClient(socket, event, args, timeoutMs);
    return outgoing === null ? answer : outgoing.acceptAnswer(event, answer);
  }

  #operator(): BroadcastOperator<DefaultEventsMap, unknown> {
    const namespace = this.located.nsp;
    const addressed = namespace.to([...this.rooms]);
    const operator = this.excepted.length === 0 ? addressed : addressed.except([...this.excepted]);
    return this.isVolatile ? operator.volatile : operator;
  }

  /** On one node, Socket.IO hands out the sockets themselves. */
  async #members(): Promise<readonly Socket[]> {
    return (await this.#operator().fetchSockets()) as unknown as readonly Socket[];
  }
}

/** One socket of a namespace instance. */
class OneSocket extends RoomTarget implements SocketTarget {
  constructor(
    located: Located,
    private readonly id: string,
  ) {
    super(located, [socketRoom(id)]);
  }

  async call(event: string, payload?: unknown, options?: CallOptions): Promise<unknown> {
    const timeoutMs = checkTimeout(options);
    const socket = this.located.nsp.sockets.get(this.id);
    if (socket === undefined) throw new GatewireError('NOT_FOUND', { message: 'there is no such socket' });
    return this.ask(socket, event, payload, timeoutMs);
  }
}

/** Everyone in a namespace instance, or everyone but one. */
export class Broadcast extends RoomTarget implements BroadcastTarget {
  constructor(
    located: Located,
    private readonly withoutSender: readonly string[] = [],
  ) {
    super(located, [], withoutSender);
  }

  user(id: string): Target {
    return new RoomTarget(this.located, [userRoom(id)], this.withoutSender);
  }
}

/** Everyone in a namespace instance, and each by its id. */
export class WholeNamespace extends Broadcast implements NamespaceTarget {
  constructor(located: Located) {
    super(located);
  }

  socket(id: string): SocketTarget {
    return new OneSocket(this.located, id);
  }
}
