import { Args, Ctx, type EventContext, Gateway, OnEvent } from 'gatewire';
import * as z from 'zod';

const roomName = z.string().min(1).max(128);
const byteCount = z.number().int().min(1).max(100_000);

@Gateway()
export class EchoGateway {
  /** What it returns is the acknowledgement; binary comes and goes like everything else. */
  @OnEvent('echo')
  echo(payload: unknown) {
    return payload;
  }

  @OnEvent('echo:all')
  all(@Args() args: readonly unknown[]) {
    return args;
  }

  /** For clients that ask for no acknowledgement: the answer is an event. */
  @OnEvent('echo:emit')
  emit(@Args() args: readonly unknown[], @Ctx() ctx: EventContext) {
    ctx.emit('echo:emitted', ...args);
  }

  @OnEvent('room:join', { payload: roomName })
  async join(room: string, ctx: EventContext) {
    await ctx.join(room);
  }

  /** To the others in the room; the sender gets the acknowledgement only. */
  @OnEvent('room:say', { args: z.tuple([roomName, z.unknown()]) })
  say(@Args() [room, text]: [string, unknown], @Ctx() ctx: EventContext) {
    ctx.to(room).emit('room:said', text);
  }

  @OnEvent('bytes:ask', { payload: byteCount })
  bytes(count: number, ctx: EventContext) {
    ctx.emit('bytes:come', Buffer.alloc(count, 7));
  }
}
