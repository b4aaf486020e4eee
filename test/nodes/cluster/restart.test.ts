import { describe, expect, it } from '@jest/globals';
import { until } from '../../support/until.js';
import { within } from '../../support/within.js';
import { ask, Cores, isAlive, next } from './cores.js';

describe('a node that is killed', () => {
  it('is started again, its clients come back by themselves, and who asked them is told at once', async () => {
    await using cores = await Cores.start();
    const guests = await Promise.all([0, 1, 2, 3, 4, 5].map(() => cores.guest()));
    const [victim = 0] = cores.pids.filter((pid) => pid !== guests[0]?.pid);
    const lost = guests.filter(({ pid }) => pid === victim);
    const asker = guests.find(({ pid }) => pid !== victim);
    expect(lost.length).toBeGreaterThan(0);
    if (asker === undefined) throw new Error('all clients are on one node');
    lost[0]?.socket.on('ask', () => process.kill(victim, 'SIGKILL'));
    const back = lost.map(({ socket }) => cores.greeting(socket));
    // The primary sees the process end: nobody waits for the time limit of the call, which is ten minutes.
    await expect(ask(asker, 'call', lost[0]?.id)).rejects.toThrow('UNAVAILABLE');
    for (const { pid } of await Promise.all(back)) expect(pid).not.toBe(victim);
    await cores.printed(/cluster\.node-serves/g, 4);
    expect(cores.output).toMatch(
      new RegExp(`cluster.node-ended number=\\d pid=${victim} code=null signal=SIGKILL`),
    );
    expect(cores.pids).not.toContain(victim);
    expect(cores.pids.filter(isAlive)).toHaveLength(3);
    // The new one has no clients yet, so it is its turn.
    const { pid } = await cores.guest({ transports: ['polling'] });
    expect(guests.map((guest) => guest.pid)).not.toContain(pid);
  });

  it('is tried again for as long as others serve, though its file is broken meanwhile', async () => {
    await using cores = await Cores.start({ nodes: 2, cluster: { maxFailedStarts: 1 } });
    cores.deploy('broken');
    process.kill(cores.pids[1] as number, 'SIGKILL');
    await cores.printed(/cluster\.node-ended/g, 3);
    const guest = await cores.guest();
    expect(await ask(guest, 'who')).toMatchObject({ version: 'one' });
    cores.deploy('two');
    await cores.printed(/cluster\.node-serves/g, 3);
  });
});

describe('a node that is frozen', () => {
  it('gets no new clients, and is replaced in the end', async () => {
    await using cores = await Cores.start({ nodes: 2, cluster: { frozenTimeoutMs: 5_000 } });
    const [frozen = 0, living] = cores.pids;
    const guest = await cores.guest();
    const back = guest.pid === frozen ? cores.greeting(guest.socket) : null;
    process.kill(frozen, 'SIGSTOP');
    await cores.printed(new RegExp(`cluster.node-left node="?\\w+:${frozen}`));
    await cores.printed(new RegExp(`cluster.node-frozen number=\\d pid=${frozen}`));
    await cores.printed(/cluster\.node-serves/g, 3);
    expect(cores.pids).toContain(living);
    await back;
    expect(await ask(guest, 'who')).toMatchObject({ version: 'one' });
  });
});

describe('nodes that end before they listen', () => {
  it('end the whole with 1, and what they wrote stands there', async () => {
    await using cores = await Cores.spawn({ nodes: 2 });
    cores.deploy('broken');
    expect(await cores.exited()).toEqual({ code: 1, signal: null });
    const { output } = cores;
    expect(output).toContain('this version does not start');
    expect(output).toContain(
      'error[GW_ERR_BOOT_NODES_END]: a node ended 5 times in a row before it listened',
    );
    expect(output).toContain('the last with exit code 1');
    expect(output.match(/this version does not start/g)?.length).toBeLessThanOrEqual(10);
  });

  it.each([
    ['tls', 'GW_ERR_BOOT_NODE_TLS'],
    ['server', 'GW_ERR_BOOT_NODE_SERVER'],
    ['alone', 'GW_ERR_BOOT_NODE_ADAPTER'],
    ['recovery', 'GW_ERR_BOOT_NODE_RECOVERY'],
    ['second', 'GW_ERR_BOOT_NODE_SECOND'],
  ])('say why with %s', async (SHAPE, code) => {
    await using cores = await Cores.spawn({ nodes: 2, cluster: { maxFailedStarts: 1 }, env: { SHAPE } });
    await cores.printed(new RegExp(`error\\[${code}\\]`));
    if (SHAPE !== 'second') expect(await cores.exited()).toMatchObject({ code: 1 });
  });

  it('are killed when they are late', async () => {
    const cluster = { maxFailedStarts: 1, startTimeoutMs: 50 };
    await using cores = await Cores.spawn({ nodes: 2, cluster });
    expect(await cores.exited()).toMatchObject({ code: 1 });
    expect(cores.output).toContain('the last by SIGKILL');
  });
});

describe('a signal to the primary', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s sees all clients off, answers what runs, and leaves no process behind',
    async (signal) => {
      await using cores = await Cores.start();
      const { pids } = cores;
      const guests = await Promise.all(
        [0, 1, 2, 3].map((i) => cores.guest({ transports: [i % 2 ? 'polling' : 'websocket'] })),
      );
      const answers = Promise.all(guests.map((guest) => ask(guest, 'wait', 400)));
      const gone = Promise.all(guests.map(({ socket }) => next(socket, 'disconnect')));
      await cores.printed(/waiting/g, 4);
      cores.signal(signal);
      expect(await answers).toEqual(Array(4).fill('waited'));
      await within('the end of all connections', gone);
      expect(await cores.exited()).toEqual({ code: 0, signal: null });
      expect(pids).toHaveLength(3);
      expect(pids.filter(isAlive)).toEqual([]);
    },
  );

  it('ends all at once when it comes again', async () => {
    await using cores = await Cores.start({ nodes: 2 });
    const { pids } = cores;
    const guest = await cores.guest();
    guest.socket.emit('wait', 20_000);
    await cores.printed(/waiting/);
    cores.signal('SIGTERM');
    await cores.printed(/cluster\.stopping/);
    cores.signal('SIGTERM');
    expect(await cores.exited()).toEqual({ code: 1, signal: null });
    // The system takes a moment to end what was killed.
    await until('the end of the nodes', () => !pids.some(isAlive));
  });

  it('is waited for by applications that close by themselves, and by no longer than the time limit', async () => {
    await using cores = await Cores.start({ nodes: 2, env: { SHAPE: 'closes' } });
    cores.signal('SIGTERM');
    expect(await cores.exited()).toEqual({ code: 0, signal: null });
    expect(cores.output.match(/closed by itself/g)).toHaveLength(2);

    await using slow = await Cores.start({ nodes: 2, cluster: { stopTimeoutMs: 300 } });
    const guest = await slow.guest();
    guest.socket.emit('wait', 20_000);
    await slow.printed(/waiting/);
    slow.signal('SIGTERM');
    expect(await slow.exited()).toEqual({ code: 0, signal: null });
    expect(slow.output).toContain('all is over');
  });

  it('that ends the primary without a word ends the nodes, too', async () => {
    await using cores = await Cores.start({ nodes: 2 });
    const { pids } = cores;
    cores.signal('SIGKILL');
    await cores.exited(); // its output is open for as long as a node has it
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
