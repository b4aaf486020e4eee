// The same events written with gatewire, as its docs say.
import { createApp, type EventContext, Gateway, GatewireError, Guard, OnEvent } from 'gatewire';
import * as z from 'zod';

const messageSchema = z.object({ room: z.string(), text: z.string().max(2000) });
type Message = z.infer<typeof messageSchema>;
let ticks = 0;

@Gateway('/')
class BenchGateway {
  @OnEvent('echo')
  echo(payload: unknown) {
    return payload;
  }

  @OnEvent('tick')
  tick() {
    ticks += 1;
  }

  @OnEvent('count')
  count() {
    return { ticks };
  }

  @OnEvent('join')
  join(room: string, ctx: EventContext) {
    return ctx.join(room);
  }

  @OnEvent('say')
  say(payload: Message, ctx: EventContext) {
    ctx.to(payload.room).emit('said', payload);
  }
}

@Gateway('/')
class ByStage {
  @OnEvent('send', { payload: messageSchema })
  @Guard((ctx: EventContext) => ctx.socket.connected)
  send() {
    return { id: '1' };
  }
}

@Gateway('/')
class ByHand {
  @OnEvent('send')
  @Guard((ctx: EventContext) => ctx.socket.connected)
  send(payload: unknown) {
    const { success } = messageSchema.safeParse(payload);
    if (!success) throw new GatewireError('INVALID_PAYLOAD');
    return { id: '1' };
  }
}

interface StartOptions {
  readonly redis?: { readonly url: string; readonly mode: 'classic' | 'sharded' | 'streams' };
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly handlers: number;
  readonly reply?: 'raw';
  readonly engine?: 'plain';
  readonly byHand?: boolean;
  readonly isUnbounded?: boolean;
}

const OUT_OF_REACH = 1_000_000_000;
const UNBOUNDED = {
  packetDepth: OUT_OF_REACH,
  packetKeys: OUT_OF_REACH,
  attachments: OUT_OF_REACH,
  callsInFlight: OUT_OF_REACH,
  slowOutputBytes: OUT_OF_REACH,
  outputBytes: OUT_OF_REACH,
  outputPackets: OUT_OF_REACH,
};

/** Starts the server on a free port of 127.0.0.1 with `handlers` event handlers and resolves with the port. */
export async function start({
  handlers,
  reply,
  engine,
  redis,
  tls,
  byHand = false,
  isUnbounded = false,
}: StartOptions) {
  for (let i = 6; i < handlers; i += 1) addEchoHandler(`extra${i}`, `extra:${i}`);

  const app = createApp({
    gateways: [BenchGateway, byHand ? ByHand : ByStage],
    logger: false,
    // The clients of a benchmark send as fast as they can: by default they would be slowed, and the rest be waiting.
    limits: { eventsPerSecond: OUT_OF_REACH, eventsBurst: OUT_OF_REACH, ...(isUnbounded && UNBOUNDED) },
    ...(reply && { reply }),
    ...(engine && { engine }),
    ...(tls && { tls }),
    // Read only where it is measured, as an application would.
    ...(redis && { adapter: (await import('gatewire/redis')).redisAdapter(redis) }),
  });
  await app.listen(0, '127.0.0.1');
  return app.address?.port;
}

/** Writes one more `@OnEvent(event)` method into the gateway. */
function addEchoHandler(method: string, event: string) {
  const descriptor = {
    value: (payload: unknown) => payload,
    configurable: true,
    writable: true,
  };
  Object.defineProperty(BenchGateway.prototype, method, descriptor);
  OnEvent(event)(BenchGateway.prototype, method, descriptor);
}
