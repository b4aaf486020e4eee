import { Gateway, GatewireError, OnEvent } from 'gatewire';
import { z } from 'zod';
import { type Message, messageId, messageText } from './messages.js';
import type { Call, Person } from './people.js';
import { TokenAuth } from './tokens.js';

const toPerson = z.object({ to: z.string().min(1).max(64) });
const sent = toPerson.extend({ id: messageId, text: messageText });

/** Messages between two people, on all of their devices. Nothing is kept. */
@Gateway('/chat', { auth: TokenAuth })
export class PrivateMessagesGateway {
  @OnEvent('private:send', { payload: sent })
  async send({ to, id, text }: z.infer<typeof sent>, ctx: Call) {
    const [device] = await ctx.namespace.user(to).sockets();
    if (device === undefined)
      throw new GatewireError('NOT_FOUND', { message: 'this person is not here now' });

    const message: Message = { id, from: ctx.user, text, at: Date.now() };
    const both = { message, to: device.user as Person };
    // This device too: the page knows the id, and so shows the message once.
    for (const person of new Set([to, ctx.user.id])) ctx.namespace.user(person).emit('private:new', both);
    return { at: message.at };
  }

  @OnEvent('private:typing', { payload: toPerson })
  typing({ to }: z.infer<typeof toPerson>, ctx: Call) {
    ctx.namespace.user(to).volatile.emit('private:typing', { person: ctx.user });
  }
}
