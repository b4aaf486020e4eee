// Compiled, never run: what has to compile does, and what must not is marked. See types.test.ts.
import * as z from 'zod';
import { connect, type PositionStore, type TopicSubscription } from '../../src/client/index.js';
import {
  defineContract,
  Gateway,
  type GatewireError,
  gatewayFor,
  OnSubscribe,
  type Position,
  type TopicContext,
  type TopicContextOf,
  type TopicName,
  Topics,
} from '../../src/index.js';

type Equal<TLeft, TRight> =
  (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const same = <TLeft, TRight>(_equal: Equal<TLeft, TRight>): void => {};

const live = defineContract('/live/:team', {
  topics: {
    'prices/:symbol': { payload: z.object({ price: z.number(), at: z.date() }) },
    'seats/:show/:row': { payload: z.number(), keyed: true },
    news: {},
  },
});
const still = defineContract('/still', { clientToServer: { ping: {} } });
const Live = gatewayFor(live, {
  auth: () => ({ user: { id: '1', name: 'Ann' } }),
  data: () => ({ seen: 0 }),
});
type Context = TopicContextOf<typeof Live>;

// ---- methods that authorize
@Live.Gateway()
export class LiveGateway {
  @Live.OnSubscribe('prices/:symbol', { history: 10, deliver: 'latest', scope: 'app' })
  prices(ctx: Context, params: { symbol: string }) {
    same<typeof ctx.topic, string>(true);
    same<typeof ctx.user.name, string>(true);
    same<typeof ctx.data.seen, number>(true);
    same<typeof ctx.params.team, string>(true);
    return params.symbol;
  }

  @Live.OnSubscribe('seats/:show/:row')
  async seats(_ctx: Context, { show, row }: { show: string; row: string }) {
    return show + row;
  }

  // @ts-expect-error no such topic
  @Live.OnSubscribe('price/:symbol')
  misspelt() {}

  // @ts-expect-error no such parameter
  @Live.OnSubscribe('prices/:symbol')
  parameter(_ctx: Context, { name }: { name: string }) {
    return name;
  }

  // @ts-expect-error the contract says what a value is
  @Live.OnSubscribe('news', { payload: z.string() })
  payload() {}

  // @ts-expect-error no such way to deliver
  @Live.OnSubscribe('news', { deliver: 'first' })
  deliver() {}
}

@Gateway('/plain')
export class PlainGateway {
  @OnSubscribe('any/:thing', { payload: z.number(), keyed: true, maxEntries: 5 })
  any(ctx: TopicContext, { thing }: { thing: string }) {
    return ctx.topic === thing;
  }
}

// ---- names
same<TopicName<typeof live>, `prices/${string}` | `seats/${string}/${string}` | 'news'>(true);
same<TopicName<typeof still>, never>(true);

// ---- publishing
export async function publish(topics: Topics): Promise<void> {
  const team = topics.namespace(live, { team: 'red' });
  const position = await team.publish('prices/BTC', { price: 1, at: new Date() }, { idempotencyKey: 'a' });
  same<typeof position, Position>(true);
  await team.publishMany('prices/BTC', [{ price: 1, at: new Date() }], { expect: position });
  await team.set('seats/hamlet/a', '12', 1, { ttlMs: 5 });
  await team.remove('seats/hamlet/a', '12');
  await team.publish('news', ['anything']);
  const { value } = await team.last('prices/BTC');
  same<typeof value, { price: number; at: Date } | undefined>(true);
  same<Awaited<ReturnType<typeof entries>>, ReadonlyMap<string, number>>(true);
  const entries = () => team.entries('seats/hamlet/a');
  // @ts-expect-error no such topic
  await team.publish('price/BTC', { price: 1, at: new Date() });
  // @ts-expect-error a price is a number
  await team.publish('prices/BTC', { price: '1', at: new Date() });
  // @ts-expect-error a value is missing
  await team.publish('prices/BTC', { price: 1 });
  // @ts-expect-error not a list of values
  await team.publishMany('prices/BTC', { price: 1, at: new Date() });
  // @ts-expect-error parameters of the namespace are missing
  topics.namespace(live);
  // @ts-expect-error the namespace has no topics
  await topics.namespace(still).publish('news', 1);
  await topics.namespace('/plain').publish('any/7', { what: 'ever' });
}
same<typeof Topics.prototype, Topics>(true);

// ---- subscribing
const client = connect(live, '', { params: { team: 'red' } });
const price = client.topic('prices/BTC', {
  onValue: (value) => {
    same<typeof value, { price: number; at: string }>(true);
  },
  onError: (error) => {
    same<typeof error, GatewireError>(true);
  },
});
same<typeof price, TopicSubscription<{ price: number; at: string }>>(true);
same<typeof price.value, { price: number; at: string } | undefined>(true);
same<typeof price.position, string | null>(true);
const seats = client.topic('seats/hamlet/a', {
  onValue: (value, key) => {
    same<typeof value, number>(true);
    same<typeof key, string | undefined>(true);
  },
});
same<typeof seats.entries, ReadonlyMap<string, number>>(true);
declare const storage: PositionStore;
export async function iterate(): Promise<void> {
  for await (const one of client.topic('prices/BTC')) same<typeof one, { price: number; at: string }>(true);
  using _held = client.topic('news', { persist: storage, signal: new AbortController().signal });
}
// @ts-expect-error no such topic
client.topic('price/BTC');
// @ts-expect-error a pattern is no name of a topic of two parameters
client.topic('seats/:show');
// @ts-expect-error a date travels as a string
client.topic('prices/BTC', { onValue: ({ at }) => at.getTime() });
// @ts-expect-error no such listener
client.topic('prices/BTC', { onvalue: () => {} });
// @ts-expect-error it can only be read
price.value = { price: 1, at: '' };
// @ts-expect-error the contract has no topics
connect(still).topic('news');
connect('/plain').topic('any/7', { onValue: (value) => void value });
