import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';
import { ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';
import { within } from '../support/within.js';
import { lobby, MODES, node } from './redis-node.js';

/** A time limit that no test reaches: what ends within it did not wait for it. */
const LATE = { timeoutMs: 600_000 };
const TWO_HOURS_AHEAD = 'const now = Date.now; Date.now = () => now() + 7_200_000;';

let redis: RedisServer;
const processes: ServerProcess[] = [];
const clients: Socket[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  for (const one of processes.splice(0)) {
    one.child.kill('SIGCONT');
    await one.kill();
  }
});
afterAll(() => redis.stop());

/** @param preload - code that its process runs first */
async function spawnNode(mode: string, name: string, preload = '') {
  const env = { REDIS_URL: redis.url, NODE_NAME: name, REDIS_MODE: mode };
  const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
  const child = new ServerProcess('test/fixtures/nodes/server.ts', await freePort(), { env, execArgv });
  processes.push(child);
  const url = await child.listening();
  const client = io(url, { transports: ['websocket'], reconnection: false });
  clients.push(client);
  const hello = new Promise<string>((resolve) => client.once('hello', resolve));
  return { child, client, id: await within('a greeting', hello) };
}

describe.each(MODES)('three nodes over %s, two of them processes of their own', (mode) => {
  it('name the frozen one, and go on without it', async () => {
    await using one = await node(redis, mode, 'one');
    const two = await spawnNode(mode, 'two');
    const three = await spawnNode(mode, 'three');
    two.client.on('ask', (ack) => ack('two'));
    three.client.on('ask', (...args) => args.at(-1)('three'));
    expect((await lobby(one).serverSideEmit('pid')).answers.map(({ node }) => node).sort()).toEqual([
      'three',
      'two',
    ]);
    expect(await lobby(one).count()).toBe(2);

    three.child.child.kill('SIGSTOP');
    const missing: string[] = [];
    const [shown, pids, all] = await Promise.all([
      lobby(one).sockets({ timeoutMs: 2_000, onMissing: (names) => missing.push(...names) }),
      lobby(one).serverSideEmit('pid', 1, { timeoutMs: 2_000 }),
      lobby(one).callAll('ask', undefined, { timeoutMs: 2_000 }),
    ]);
    expect(shown.map(({ id }) => id)).toEqual([two.id]);
    expect(missing).toEqual(['three']);
    expect(pids).toMatchObject({
      answers: [{ node: 'two', value: two.child.child.pid }],
      missing: ['three'],
    });
    expect(all).toMatchObject({ missing: [], missingNodes: ['three'] });

    // The owner lives: nobody waits for the frozen one. Of its own sockets, nobody knows.
    const asked = lobby(one).socket(two.id).call('ask', undefined, LATE);
    expect(await within('an answer', asked)).toBe('two');
    await expect(lobby(one).socket(three.id).call('ask', 1, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });

    // What is said meanwhile arrives at the others.
    const said = new Promise((resolve) => two.client.once('said', resolve));
    lobby(one).emit('said', 'hi');
    expect(await within('the message', said)).toBe('hi');
    three.child.child.kill('SIGCONT');
    await until('three is back', async () => (await lobby(one).serverSideEmit('pid')).answers.length === 2);
  });

  it('lose a killed one without losing anything else', async () => {
    await using one = await node(redis, mode, 'one');
    const two = await spawnNode(mode, 'two');
    expect(await lobby(one).count()).toBe(1);
    two.client.on('ask', () => two.child.child.kill('SIGKILL'));
    await expect(lobby(one).socket(two.id).call('ask', 1, { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    const missing: string[] = [];
    expect(await lobby(one).count({ timeoutMs: 200, onMissing: (names) => missing.push(...names) })).toBe(0);
    expect(missing).toEqual(['two']);

    // One that is told to end says goodbye, and is not missed.
    const three = await spawnNode(mode, 'three');
    three.client.on('ask', () => three.child.child.kill('SIGTERM'));
    const asked = within('a refusal', lobby(one).socket(three.id).call('ask', undefined, LATE));
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await three.child.exited()).code).toBe(0);
  });

  it('hear each other although the clock of one machine is wrong', async () => {
    await using one = await node(redis, mode, 'one');
    const two = await spawnNode(mode, 'two', TWO_HOURS_AHEAD);
    expect(await lobby(one).count()).toBe(1);
    const said = new Promise((resolve) => two.client.once('said', resolve));
    lobby(one).emit('said', 'hi');
    expect(await within('the message', said)).toBe('hi');
    expect(one.app.adapterHealth?.counters).toMatchObject({ forgedMessages: 0, replayedMessages: 0 });
  });
});
