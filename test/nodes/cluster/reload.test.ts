import { afterEach, describe, expect, it } from '@jest/globals';
import { connect } from 'gatewire/client';
import { type Contract, defineContract } from 'gatewire/contract';
import { within } from '../../support/within.js';
import { ask, Cores, isAlive } from './cores.js';

const COUNT = 200;
const LIMIT_MS = 60_000;
const hall = defineContract('/', { clientToServer: { slow: {} } });

interface Answer {
  readonly pid: number;
  readonly version: string;
}

/** A client that calls, again and again, and notes how each call ended. */
class Caller {
  readonly room;
  readonly codes = new Map<string, number>();
  readonly #done: Promise<void>;
  last: Answer | null = null;
  #isOver = false;

  constructor(url: string, transport: string) {
    this.room = connect<Contract>(hall, url, {
      warn: false,
      socket: { transports: [transport], forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 300 },
    });
    this.#done = this.#run();
  }

  /** Ends after the call that is under way. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const code = await this.room.call('slow').then(
        (answer) => {
          this.last = answer as Answer;
          return 'ok';
        },
        (error: { readonly code?: string }) => String(error.code),
      );
      this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
      // As an application that waits a moment when it is told to: a refusal takes no time.
      await new Promise((resolve) => setTimeout(resolve, code === 'ok' ? 5 : 50));
    }
  }
}

const callers: Caller[] = [];
afterEach(async () => {
  await Promise.all(callers.map((caller) => caller.stop()));
  for (const { room } of callers.splice(0)) room.disconnect();
});

function total(code: string): number {
  return callers.reduce((sum, { codes }) => sum + (codes.get(code) ?? 0), 0);
}

describe('SIGHUP', () => {
  it(
    `puts new code in place under ${COUNT} clients that call all the time`,
    async () => {
      await using cores = await Cores.start();
      const before = cores.pids;
      for (let i = 0; i < COUNT; i++)
        callers.push(new Caller(cores.url, i % 10 === 0 ? 'polling' : 'websocket'));
      const all = async (version: string) => {
        while (callers.some(({ last }) => last?.version !== version)) await within(5_000, 'a turn', turn());
      };
      await within(20_000, 'an answer for each', all('one'));
      cores.deploy('two');
      cores.signal('SIGHUP');
      // While nodes are replaced there are never fewer of them.
      await cores.printed(/cluster\.node-replaced/);
      expect(cores.pids.filter(isAlive)).toHaveLength(3);
      await cores.printed(/cluster\.reloaded/);
      expect(cores.pids.filter((pid) => before.includes(pid))).toEqual([]);
      expect(before.filter(isAlive)).toEqual([]);
      await within(20_000, () => `new answers for each: ${report()}`, all('two'));
      await Promise.all(callers.map((caller) => caller.stop()));

      // Answered, or told that it was not taken: nothing is left without a word.
      expect([...new Set(callers.flatMap(({ codes }) => [...codes.keys()]))].sort()).toEqual(
        total('UNAVAILABLE') > 0 ? ['UNAVAILABLE', 'ok'] : ['ok'],
      );
      expect(callers.filter(({ room }) => room.state !== 'connected')).toEqual([]);
      expect(new Set(callers.map(({ last }) => last?.pid)).size).toBe(3);
      console.info(report());
    },
    LIMIT_MS,
  );

  it(
    'leaves all as it is when the new code does not start',
    async () => {
      await using cores = await Cores.start({ nodes: 2 });
      const { pids } = cores;
      cores.deploy('broken');
      cores.signal('SIGHUP');
      await cores.printed(/cluster\.reload-failed number=1 code=1/);
      expect(cores.output).toContain('this version does not start');
      expect(cores.pids).toEqual(pids);
      expect(pids.filter(isAlive)).toHaveLength(2);
      const guest = await cores.guest();
      expect(await ask(guest, 'who')).toMatchObject({ version: 'one' });
      // The next one is another attempt.
      cores.deploy('two');
      cores.signal('SIGHUP');
      await cores.printed(/cluster\.reloaded/);
      expect(await ask(await cores.guest(), 'who')).toMatchObject({ version: 'two' });
    },
    LIMIT_MS,
  );

  it(
    'that comes twice reloads once more in the end',
    async () => {
      await using cores = await Cores.start({ nodes: 2 });
      cores.deploy('two');
      cores.signal('SIGHUP');
      await cores.printed(/cluster\.node-replaced/);
      cores.deploy('three');
      cores.signal('SIGHUP');
      await cores.printed(/cluster\.reloaded/g, 2);
      for (let i = 0; i < 4; i++) {
        expect(await ask(await cores.guest(), 'who')).toMatchObject({ version: 'three' });
      }
    },
    LIMIT_MS,
  );
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

function report(): string {
  return `${total('ok')} calls answered, ${total('UNAVAILABLE')} refused as UNAVAILABLE`;
}
