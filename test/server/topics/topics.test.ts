import { afterEach, describe, expect, it } from '@jest/globals';
import { createApp, Gateway, OnSubscribe, Topics } from 'gatewire';
import { connect } from 'gatewire/client';
import { until } from '../../support/until.js';

const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

@Gateway('/live')
class LiveGateway {
  @OnSubscribe('prices/:symbol', { history: 100 })
  prices() {}
}

async function start() {
  const app = createApp({ gateways: [LiveGateway], logger: false });
  await app.listen(0, '127.0.0.1');
  closing.push(app);
  const url = `http://127.0.0.1:${app.address?.port}`;
  const client = connect('/live', url);
  closing.push(client);
  return { app, client, url, topics: app.get(Topics).namespace('/live') };
}

describe('topics', () => {
  it('gives the last value first, and then each value in order', async () => {
    const { client, topics } = await start();
    await topics.publish('prices/BTC', 1);
    const seen: unknown[] = [];
    const topic = client.topic('prices/BTC', { onValue: (value) => seen.push(value) });
    await until('live', () => topic.state === 'live');
    await topics.publish('prices/BTC', 2);
    await topics.publishMany('prices/BTC', [3, 4]);
    await until('all', () => seen.length === 4);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(topic.value).toBe(4);
  });

  it('goes on where it was after a lost connection', async () => {
    const { client, topics } = await start();
    const seen: unknown[] = [];
    const topic = client.topic('prices/BTC', { onValue: (value) => seen.push(value) });
    await until('live', () => topic.state === 'live');
    await topics.publish('prices/BTC', 1);
    await until('one', () => seen.length === 1);
    client.socket.io.engine.close();
    await topics.publish('prices/BTC', 2);
    await topics.publish('prices/BTC', 3);
    await until('all', () => seen.length === 3);
    expect(seen).toEqual([1, 2, 3]);
  });
});
