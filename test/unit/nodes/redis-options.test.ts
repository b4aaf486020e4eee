import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import { redisAdapter } from 'gatewire/redis';
import { BootError, createApp, Gateway, OnServerSideEmit, Payload, Scoped } from '../../../src/index.js';
import { checkClassicAdapter, checkShardedAdapter } from '../../../src/nodes/adapter-check.js';

@Gateway('/')
class Nothing {}

const url = 'redis://:secret@127.0.0.1:6379';

function problemsOf(adapter: unknown, socket = {}, gateways: readonly (new () => object)[] = [Nothing]) {
  try {
    createApp({ gateways, adapter: adapter as never, socket, logger: false }).plan();
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(BootError);
    return (error as BootError).problems.map(({ code, message }) => `${code} ${message}`);
  }
}

it.each([
  [{ url: undefined }, /^GW_ERR_BOOT_REDIS_URL .*undefined/],
  [{}, /^GW_ERR_BOOT_REDIS_URL/],
  [{ url: 'localhost:6379' }, /^GW_ERR_BOOT_REDIS_URL/],
  [{ url: 'http://127.0.0.1' }, /^GW_ERR_BOOT_REDIS_URL/],
  [{ url: 'redis://:secret@host:port' }, /^GW_ERR_BOOT_REDIS_URL/],
  [{ url: ':secret@host' }, /^GW_ERR_BOOT_REDIS_URL .*"…@host"/],
  [{ url: 'redis:secret@host' }, /^GW_ERR_BOOT_REDIS_URL .*"…@host"/],
  [{ url: 'redis://me:secret@x@ho st' }, /^GW_ERR_BOOT_REDIS_URL .*"redis:\/\/…@ho st"/],
  [{ url: 'redis://:secret%@host' }, /^GW_ERR_BOOT_REDIS_URL .*"redis:\/\/…@host"/],
  [{ cluster: ['redis://:%E0%A4%A@host'] }, /^GW_ERR_BOOT_REDIS_URL/],
  [{ cluster: 'redis://:secret@host' }, /^GW_ERR_BUILD_BAD_OPTION option `cluster` is `'redis:\/\/…@host'`/],
  [{ sentinel: { password: 'secret' } }, /^GW_ERR_BUILD_BAD_OPTION option `sentinel` is .*"password":"…"/],
  [{ cluster: [] }, /^GW_ERR_BOOT_REDIS_URL/],
  [{ url, cluster: [url] }, /^GW_ERR_BUILD_BAD_OPTION option `url`/],
  [{ url, mode: 'pubsub' }, /^GW_ERR_BUILD_BAD_OPTION option `mode`/],
  [{ url, prefix: 'a b' }, /^GW_ERR_BUILD_BAD_OPTION option `prefix`/],
  [{ url, prefx: 'a' }, /^GW_ERR_BUILD_UNKNOWN_OPTION/],
  [{ url, timeoutMs: 0 }, /^GW_ERR_BUILD_BAD_OPTION option `timeoutMs`/],
  [{ sentinel: { name: 'x' } }, /^GW_ERR_BUILD_BAD_OPTION option `sentinel`/],
  [{ sentinel: { name: 'x', nodes: [] } }, /^GW_ERR_BUILD_BAD_OPTION option `sentinel`/],
  [{ sentinel: { name: 'x', nodes: 'host' } }, /^GW_ERR_BUILD_BAD_OPTION option `sentinel`/],
  [{ sentinel: { nodes: [{ host: 'host', port: 1 }] } }, /^GW_ERR_BUILD_BAD_OPTION option `sentinel`/],
])('finds at boot what is wrong with %j', (options, expected) => {
  const [first = ''] = problemsOf(redisAdapter(options as never));
  expect(first).toMatch(expected);
  expect(first).not.toContain('secret');
});

it('is named by its mode in the log', () => {
  expect([undefined, 'sharded', 'streams'].map((mode) => redisAdapter({ url, mode } as never).label)).toEqual(
    ['redis classic', 'redis sharded', 'redis streams'],
  );
});

it('finds combinations that do not work', () => {
  const recovery = { connectionStateRecovery: { maxDisconnectionDuration: 1_000 } };
  expect(problemsOf(redisAdapter({ url }), recovery)).toEqual([
    expect.stringMatching(/^GW_ERR_BOOT_REDIS_RECOVERY/),
  ]);
  expect(problemsOf(redisAdapter({ url, mode: 'sharded' }), recovery)).toHaveLength(1);
  expect(problemsOf(redisAdapter({ url, mode: 'streams' }), recovery)).toEqual([]);
  expect(problemsOf({ url })).toEqual([expect.stringMatching(/^GW_ERR_BUILD_BAD_OPTION option `adapter`/)]);
});

it('finds handlers that no other node could reach', () => {
  @Gateway('/')
  class Twice {
    @OnServerSideEmit('a') one() {}
    @OnServerSideEmit('a') two() {}
  }
  @Gateway('/')
  @Scoped('connection')
  class PerClient {
    @OnServerSideEmit('a') one() {}
  }
  @Gateway('/')
  class Decorated {
    @OnServerSideEmit('a') one(@Payload() _payload: unknown) {}
  }
  @Gateway('/')
  class Nameless {
    @OnServerSideEmit('') one() {}
  }
  expect(problemsOf(redisAdapter({ url }), {}, [Decorated])).toHaveLength(2);
  for (const gateway of [Twice, PerClient, Nameless]) {
    expect(problemsOf(redisAdapter({ url }), {}, [gateway])).toEqual([
      expect.stringMatching(/^GW_ERR_BUILD_SERVER_SIDE/),
    ]);
  }
});

it('does not start with an adapter whose answers with handshakes it could not stop', () => {
  const { Adapter } = createRequire(createRequire(import.meta.url).resolve('socket.io/package.json'))(
    'socket.io-adapter',
  ) as { Adapter: new (namespace: object) => object };
  const plain = (namespace: object): object => new Adapter(namespace);
  const classic = checkClassicAdapter(() => plain).problems.map(({ message }) => message);
  expect(classic).toContainEqual(expect.stringContaining('RedisAdapter.onrequest'));
  const sharded = checkShardedAdapter(() => plain).problems.map(({ message }) => message);
  expect(sharded).toContainEqual(expect.stringContaining('onMessage'));
});
