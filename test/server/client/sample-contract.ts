import * as z from 'zod';
import {
  type ContextOf,
  defineContract,
  GatewireError,
  gatewayFor,
  type Handshake,
  type PayloadsOf,
} from '../../../src/index.js';

const codec = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

/** A contract with one event for each thing that can happen to a client. */
export const hall = defineContract('/hall', {
  clientToServer: {
    'message:send': { payload: z.object({ text: z.string() }), ack: z.object({ id: z.string() }) },
    'meeting:plan': { payload: z.object({ at: codec }), ack: z.object({ at: z.date() }) },
    move: { args: z.tuple([z.number(), z.string()]), ack: z.string() },
    ping: {},
    sell: { ack: z.object({ id: z.string() }) },
    crash: { ack: z.string() },
    hang: { payload: z.string(), ack: z.string() },
    mutter: { payload: z.string() },
    leave: {},
    ask: {
      payload: z.object({ how: z.enum(['one', 'pair', 'all']), timeoutMs: z.number() }),
      ack: z.unknown(),
    },
    bytes: { payload: z.instanceof(Uint8Array), ack: z.number() },
  },
  serverToClient: {
    'message:new': { payload: z.object({ text: z.string() }) },
    moved: { args: z.tuple([z.number(), z.string()]) },
    question: { payload: z.string(), ack: z.number() },
    pair: { args: z.tuple([z.number(), z.number()]), ack: z.number() },
    unheard: {},
  },
  errors: { SOLD_OUT: z.object({ left: z.number() }) },
});

/** What a test may decide about the server, while it runs. */
export class Desk {
  /** Every handshake's `auth`, in order. */
  readonly asked: unknown[] = [];
  /** Payloads of `hang`, in order. */
  readonly hanging: string[] = [];
  /** Throws to refuse. */
  admit: (attempt: number, handshake: Handshake) => void = () => {};
  /** Runs as @OnConnect. */
  welcome: (ctx: HallContext) => void = () => {};
  /** What `hang` waits for. */
  release: Promise<unknown> = Promise.resolve();
  /** Called when a call to `hang` arrives. */
  onHang: () => void = () => {};
}

const Hall = gatewayFor(hall, {
  auth: (handshake: Handshake) => {
    desk.asked.push(handshake.auth);
    desk.admit(desk.asked.length, handshake);
    return { user: { id: 'someone' } };
  },
});
type HallContext = ContextOf<typeof Hall>;
type Payload = PayloadsOf<typeof hall>;

let desk = new Desk();

/** Begins with a new desk, for one test. */
export function newDesk(): Desk {
  desk = new Desk();
  return desk;
}

@Hall.Gateway()
export class HallGateway {
  @Hall.OnConnect() connect(ctx: unknown) {
    desk.welcome(ctx as HallContext);
  }
  @Hall.OnEvent('message:send') send({ text }: Payload['message:send'], ctx: HallContext) {
    ctx.namespace.emit('message:new', { text });
    return { id: text };
  }
  @Hall.OnEvent('meeting:plan') plan({ at }: Payload['meeting:plan']) {
    return { at };
  }
  @Hall.OnEvent('move') move([x, place]: Payload['move'], ctx: HallContext) {
    ctx.emit('moved', x, place);
    ctx.emit('unheard');
    ctx.emit('unheard');
    return place;
  }
  @Hall.OnEvent('ping') ping() {}
  @Hall.OnEvent('sell') sell(): { id: string } {
    throw Hall.error('SOLD_OUT', { left: 0 });
  }
  @Hall.OnEvent('crash') crash(): string {
    throw new GatewireError('OVERLOADED', { retryAfterMs: 250 });
  }
  @Hall.OnEvent('hang') async hang(text: Payload['hang']) {
    desk.hanging.push(text);
    desk.onHang();
    await desk.release;
    return text;
  }
  @Hall.OnEvent('mutter') mutter(text: Payload['mutter']) {
    throw new GatewireError('FORBIDDEN', { message: `no ${text}` });
  }
  @Hall.OnEvent('leave') leave(_: undefined, ctx: HallContext) {
    ctx.disconnect();
  }
  @Hall.OnEvent('ask') async ask({ how, timeoutMs }: Payload['ask'], ctx: HallContext): Promise<unknown> {
    const me = ctx.namespace.socket(ctx.socket.id);
    if (how === 'all') return ctx.namespace.callAll('question', 'how many?', { timeoutMs });
    return how === 'pair'
      ? me.call('pair', [1, 2], { timeoutMs })
      : me.call('question', 'how many?', { timeoutMs });
  }
  @Hall.OnEvent('bytes') bytes(data: Payload['bytes']) {
    return data.byteLength;
  }
}
