import { Emitter, GatewireError, inject } from 'gatewire';
import { Accounts } from './accounts.js';
import type { Person } from './chat.contract.js';
import { type Call, Chat, type Connected, isModerator, type Payload } from './kit.js';
import { Messages } from './messages.js';
import { NotRemoved } from './removed.js';
import { Sessions } from './sessions.js';

/** A lobby for all and a room for the staff. Moderators remove people. */
@Chat.Gateway()
@Chat.Use(NotRemoved)
@Chat.RateLimit({ limit: 20, windowMs: 10_000, per: 'user' })
export class ChatGateway {
  constructor(
    @inject(Accounts) private readonly accounts: Accounts,
    @inject(Sessions) private readonly sessions: Sessions,
    @inject(Messages) private readonly messages: Messages,
    @inject(Emitter) private readonly emitter: Emitter,
  ) {}

  @Chat.OnConnect()
  async welcome(ctx: Connected) {
    ctx.emit('welcome', { you: ctx.user });
    await tellWhoIsHere(ctx);
  }

  @Chat.OnDisconnect()
  left(ctx: Connected) {
    return tellWhoIsHere(ctx);
  }

  /** The guards in kit.ts decide; `join` throws FORBIDDEN. */
  @Chat.OnEvent('room:join')
  async join({ room }: Payload['room:join'], ctx: Call) {
    await ctx.join(room);
    return { messages: this.messages.last(room) };
  }

  /** Per user: a second tab, or a reconnect, gives nobody a second allowance. */
  @Chat.OnEvent('message:send')
  @Chat.RateLimit({ limit: 5, windowMs: 10_000, per: 'user' })
  send({ room, text }: Payload['message:send'], ctx: Call) {
    if (!ctx.rooms.has(room)) throw new GatewireError('FORBIDDEN', { message: 'you are not in this room' });
    const message = this.messages.add(room, ctx.user, text);
    ctx.namespace.to(room).emit('message:new', { message });
    return { id: message.id };
  }

  /** The page shows members no button for it. That is a courtesy; the guard is what holds. */
  @Chat.OnEvent('person:remove')
  @Chat.Guard(isModerator)
  async remove({ id }: Payload['person:remove'], ctx: Call) {
    const person = this.accounts.find(id);
    if (person === null) throw new GatewireError('NOT_FOUND', { message: 'there is no such person' });
    if (isModerator({ user: person })) {
      throw new GatewireError('FORBIDDEN', { message: 'moderators cannot be removed' });
    }
    // In this order. The other way round, they could be back before they are on the list.
    this.accounts.remove(id);
    this.sessions.closeAll(id);
    await this.emitter.revoke(id);
    ctx.namespace.emit('person:removed', { name: person.name, by: ctx.user });
  }
}

/** Somebody with several tabs is here once. */
async function tellWhoIsHere({ namespace }: Connected): Promise<void> {
  const users = (await namespace.sockets()).map(({ user }) => user as Person);
  const people = [...new Map(users.map((person) => [person.id, person])).values()];
  namespace.emit('people:changed', { people });
}
