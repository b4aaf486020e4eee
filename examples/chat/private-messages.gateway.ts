import { GatewireError } from 'gatewire';
import type { Message, Person } from './chat.contract.js';
import { type Call, Chat, type Payload, WRITING } from './kit.js';

/** Messages between two people, on all of their devices. Nothing is kept. */
@Chat.Gateway()
export class PrivateMessagesGateway {
  @Chat.OnEvent('private:send')
  @Chat.RateLimit(WRITING)
  async send({ to, id, text }: Payload['private:send'], ctx: Call) {
    const [device] = await ctx.namespace.user(to).sockets();
    if (device === undefined)
      throw new GatewireError('NOT_FOUND', { message: 'this person is not here now' });

    const message: Message = { id, from: ctx.user, text, at: Date.now() };
    const both = { message, to: device.user as Person };
    // This device too: the page knows the id, and so shows the message once.
    for (const person of new Set([to, ctx.user.id])) ctx.namespace.user(person).emit('private:new', both);
    return { at: message.at };
  }

  @Chat.OnEvent('private:typing')
  typing({ to }: Payload['private:typing'], ctx: Call) {
    ctx.namespace.user(to).volatile.emit('private:typing', { person: ctx.user });
  }
}
