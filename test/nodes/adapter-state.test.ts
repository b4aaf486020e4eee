import { fork } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import type { AdapterMessage } from '../../src/base/channels.js';
import type { TestApp } from '../../src/testing/index.js';
import { compiled } from '../support/compiled.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { guest, lobby, node } from './redis-node.js';

const messages: AdapterMessage[] = [];
const onMessage = (message: unknown): void => void messages.push(message as AdapterMessage);
let redis: RedisServer;
let test: TestApp | null = null;

afterEach(async () => {
  unsubscribe('gatewire:adapter', onMessage);
  messages.splice(0);
  await test?.close();
  test = null;
  await redis?.stop();
});

/** Waits for so many messages, and returns the last one. */
async function message(count: number): Promise<AdapterMessage> {
  await until(`${count} messages`, () => messages.length >= count);
  expect(messages).toHaveLength(count);
  return messages.at(-1) as AdapterMessage;
}

async function tell(...command: string[]): Promise<void> {
  const client = createClient({ url: redis.url });
  await client.connect();
  await client.sendCommand(command);
  client.destroy();
}

it('says that Redis is there, away and back', async () => {
  redis = await RedisServer.start();
  subscribe('gatewire:adapter', onMessage);
  test = await node(redis, 'classic', 'one');
  const app = test.app.id;
  expect(messages).toEqual([{ app, state: 'ok' }]);
  await redis.kill();
  const degraded = await message(2);
  expect(degraded).toMatchObject({ app, state: 'degraded', reason: expect.any(String) });
  expect(degraded.reason).not.toContain(redis.password);
  await redis.start();
  expect(await message(3)).toEqual({ app, state: 'ok' });
});

it('says first that Redis is away when it is away at the start', async () => {
  redis = await RedisServer.start();
  await redis.kill();
  subscribe('gatewire:adapter', onMessage);
  test = await node(redis, 'classic', 'one');
  const reason = expect.stringMatching(/ECONNREFUSED/);
  expect(messages).toEqual([{ app: test.app.id, state: 'degraded', reason }]);
});

it('says that Redis takes no writes, and when it does again', async () => {
  redis = await RedisServer.start();
  test = await node(redis, 'streams', 'one');
  subscribe('gatewire:adapter', onMessage);
  await guest(test, 'ann');
  await tell('CONFIG', 'SET', 'maxmemory', '1');
  lobby(test).emit('said', 'lost');
  expect(await message(1)).toMatchObject({ state: 'degraded', reason: expect.stringMatching(/OOM|memory/) });
  await tell('CONFIG', 'SET', 'maxmemory', '0');
  expect(await message(2)).toEqual({ app: test.app.id, state: 'ok' });
});

it('says on several cores that the primary is there, and gone', async () => {
  const child = fork(compiled('test/fixtures/nodes/primary-channel.ts'), { stdio: 'pipe', execArgv: [] });
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await until('the first state', () => printed.includes('\n'));
  expect(JSON.parse(printed)).toEqual({ app: 'fixture', state: 'ok' });
  child.disconnect();
  await until('the second state', () => printed.trim().split('\n').length === 2);
  const reason = 'the primary is gone';
  expect(JSON.parse(printed.trim().split('\n')[1] as string)).toEqual({
    app: 'fixture',
    state: 'degraded',
    reason,
  });
  await until('its end', () => child.exitCode !== null);
});
