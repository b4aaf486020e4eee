import { Gateway, GatewireError, inject, OnConnect, OnDisconnect, OnEvent } from 'gatewire';
import { z } from 'zod';
import { Messages, messageId, messageText } from './messages.js';
import { type Call, type Connected, People } from './people.js';
import { Rooms, roomName } from './rooms.js';
import { TokenAuth } from './tokens.js';

const inRoom = z.object({ room: roomName });
const sent = z.object({ room: roomName, id: messageId, text: messageText });

/** Rooms: who is there, what is said, who is typing. */
@Gateway('/chat', { auth: TokenAuth })
export class ChatGateway {
  constructor(
    @inject(Rooms) private readonly rooms: Rooms,
    @inject(People) private readonly people: People,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  @OnConnect()
  welcome(ctx: Connected) {
    ctx.emit('welcome', { you: ctx.user, rooms: this.rooms.list() });
  }

  @OnEvent('room:create', { payload: inRoom })
  create({ room }: z.infer<typeof inRoom>, ctx: Call) {
    const removed = this.rooms.create(room);
    if (removed !== null) ctx.namespace.emit('room:removed', { room: removed });
    return this.enter(room, ctx);
  }

  @OnEvent('room:join', { payload: inRoom })
  join({ room }: z.infer<typeof inRoom>, ctx: Call) {
    this.rooms.find(room);
    return this.enter(room, ctx);
  }

  @OnEvent('room:leave', { payload: inRoom })
  async leave({ room }: z.infer<typeof inRoom>, ctx: Call) {
    await ctx.leave(room);
    if (this.people.leave(room, ctx.user, ctx.socket.id)) this.hasLeft(room, ctx);
  }

  /** What it returns is the acknowledgement: `{ ok: true, data: { at } }`. */
  @OnEvent('message:send', { payload: sent })
  send({ room, id, text }: z.infer<typeof sent>, ctx: Call) {
    mustBeIn(room, ctx);
    const { message, isNew } = this.messages.add(room, ctx.user, id, text);
    if (isNew) ctx.to(room).emit('message:new', { room, message });
    return { at: message.at };
  }

  /** Kept nowhere and dropped where it cannot be delivered at once: the page forgets it after some seconds. */
  @OnEvent('room:typing', { payload: inRoom })
  typing({ room }: z.infer<typeof inRoom>, ctx: Call) {
    mustBeIn(room, ctx);
    ctx.to(room).volatile.emit('room:typing', { room, person: ctx.user });
  }

  @OnDisconnect()
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
