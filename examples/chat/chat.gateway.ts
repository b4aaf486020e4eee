import { GatewireError, inject } from 'gatewire';
import { type Call, Chat, type Connected, type Payload, WRITING } from './kit.js';
import { Messages } from './messages.js';
import { People } from './people.js';
import { Rooms } from './rooms.js';

/** Rooms: who is there, what is said, who is typing. */
@Chat.Gateway()
export class ChatGateway {
  constructor(
    @inject(Rooms) private readonly rooms: Rooms,
    @inject(People) private readonly people: People,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  @Chat.OnConnect()
  welcome(ctx: Connected) {
    ctx.emit('welcome', { you: ctx.user, rooms: this.rooms.list() });
  }

  @Chat.OnEvent('room:create')
  create({ room }: Payload['room:create'], ctx: Call) {
    const removed = this.rooms.create(room);
    if (removed !== null) ctx.namespace.emit('room:removed', { room: removed });
    return this.enter(room, ctx);
  }

  @Chat.OnEvent('room:join')
  join({ room }: Payload['room:join'], ctx: Call) {
    this.rooms.find(room);
    return this.enter(room, ctx);
  }

  @Chat.OnEvent('room:leave')
  async leave({ room }: Payload['room:leave'], ctx: Call) {
    await ctx.leave(room);
    if (this.people.leave(room, ctx.user, ctx.socket.id)) this.hasLeft(room, ctx);
  }

  /** What it returns is the acknowledgement: `{ ok: true, data: { at } }`. */
  @Chat.OnEvent('message:send')
  @Chat.RateLimit(WRITING)
  send({ room, id, text }: Payload['message:send'], ctx: Call) {
    mustBeIn(room, ctx);
    const { message, isNew } = this.messages.add(room, ctx.user, id, text);
    if (isNew) ctx.to(room).emit('message:new', { room, message });
    return { at: message.at };
  }

  /** Kept nowhere and dropped where it cannot be delivered at once: the page forgets it after some seconds. */
  @Chat.OnEvent('room:typing')
  typing({ room }: Payload['room:typing'], ctx: Call) {
    mustBeIn(room, ctx);
    ctx.to(room).volatile.emit('room:typing', { room, person: ctx.user });
  }

  @Chat.OnDisconnect()
  left(ctx: Connected) {
    for (const room of this.people.leaveAll(ctx.user, ctx.socket.id)) this.hasLeft(room, ctx);
  }

  private async enter(room: string, ctx: Call) {
    // Before the first `await`: then a client that leaves meanwhile is found by `left`, and stays nowhere.
    const isFirst = this.people.enter(room, ctx.user, ctx.socket.id);
    await ctx.join(room);
    if (isFirst) {
      ctx.to(room).emit('person:joined', { room, person: ctx.user });
      ctx.namespace.emit('room:changed', this.rooms.info(room));
    }
    return { room, people: this.people.in(room), messages: this.messages.last(room) };
  }

  private hasLeft(room: string, ctx: Connected) {
    ctx.to(room).emit('person:left', { room, person: ctx.user });
    ctx.namespace.emit('room:changed', this.rooms.info(room));
  }
}

function mustBeIn(room: string, ctx: Call): void {
  if (!ctx.rooms.has(room)) throw new GatewireError('FORBIDDEN', { message: `you are not in “${room}”` });
}
