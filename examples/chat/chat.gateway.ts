import {
  type ConnectContext,
  type EventContext,
  Gateway,
  inject,
  OnConnect,
  OnDisconnect,
  OnEvent,
} from 'gatewire';
import { z } from 'zod';
import { Messages } from './messages.js';

const room = 'lobby';

const sendPayload = z.object({
  name: z.string().trim().min(1).max(40),
  text: z.string().trim().min(1).max(2000),
});

@Gateway('/chat')
export class ChatGateway {
  private people = 0;

  constructor(@inject(Messages) private readonly messages: Messages) {}

  @OnConnect()
  async welcome(ctx: ConnectContext) {
    this.people += 1;
    ctx.namespace.emit('people', this.people);
    // Join first: a message that is sent between the two lines then comes twice, and not never.
    await ctx.join(room);
    ctx.emit('history', this.messages.last());
  }

  /** What it returns is the acknowledgement: `{ ok: true, data: { id } }`. */
  @OnEvent('message:send', { payload: sendPayload })
  send({ name, text }: z.infer<typeof sendPayload>, ctx: EventContext) {
    const message = this.messages.add(name, text);
    ctx.to(room).emit('message:new', message);
    return { id: message.id };
  }

  @OnDisconnect()
  left(ctx: ConnectContext) {
    this.people -= 1;
    ctx.namespace.emit('people', this.people);
  }
}
