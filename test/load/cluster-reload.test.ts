import { describe, expect, it } from '@jest/globals';
import { connect } from 'gatewire/client';
import { type Contract, defineContract } from 'gatewire/contract';
import { ask, Cores, isAlive } from '../nodes/cluster/cores.js';
import { within } from '../support/within.js';

const COUNT = 200;
// On a busy machine a client that polls waits for its turn behind 180 that do not; an answer that is lost never comes.
const ANSWER_MS = 60_000;
const hall = defineContract('/', { clientToServer: { slow: {} } });

interface Answer {
  readonly pid: number;
  readonly version: string;
}

/** A client that calls, again and again, and notes how each call ended. */
class Caller {
  readonly room;
  /** `ok`, or the error, and how often. */
  readonly counts = new Map<string, number>();
  readonly #done: Promise<void>;
  last: Answer | null = null;
  #isOver = false;

  constructor(url: string, transport: string) {
    this.room = connect<Contract>(hall, url, {
      warn: false,
      timeoutMs: ANSWER_MS,
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
      const outcome = await this.room.call('slow').then(
        (answer) => {
          this.last = answer as Answer;
          return 'ok';
        },
        (error: Error & { readonly code?: string }) => `${error.code}: ${error.message}`,
      );
      this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
      // As an application that waits a moment when it is told to: a refusal takes no time.
      await new Promise((resolve) => setTimeout(resolve, outcome === 'ok' ? 5 : 50));
    }
  }
}

/** Many of them; they leave before their server does. */
class Callers implements AsyncDisposable {
  readonly all: readonly Caller[];

  constructor(url: string) {
    this.all = Array.from(
      { length: COUNT },
      (_, i) => new Caller(url, i % 10 === 0 ? 'polling' : 'websocket'),
    );
  }

  async haveSeen(version: string): Promise<void> {
    const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
    const seen = async () => {
      while (this.all.some(({ last }) => last?.version !== version)) await turn();
    };
    await within(() => `answers of ${version}; so far ${JSON.stringify(this.outcomes)}`, seen());
  }

  /** How calls ended, and how often. */
  get outcomes(): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const caller of this.all) {
      for (const [outcome, count] of caller.counts) sums[outcome] = (sums[outcome] ?? 0) + count;
    }
    return sums;
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((caller) => caller.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    for (const { room } of this.all) room.close();
  }
}

describe('SIGHUP', () => {
  it(`puts new code in place under ${COUNT} clients that call all the time`, async () => {
    await using cores = await Cores.start();
    await using callers = new Callers(cores.url);
    const before = cores.pids;
    await callers.haveSeen('one');
    cores.deploy('two');
    cores.signal('SIGHUP');
    // While nodes are replaced there are never fewer of them.
    await cores.printed(/cluster\.node-replaced/);
    expect(cores.pids.filter(isAlive)).toHaveLength(3);
    await cores.printed(/cluster\.reloaded/);
    expect(cores.pids.filter((pid) => before.includes(pid))).toEqual([]);
    expect(before.filter(isAlive)).toEqual([]);
    await callers.haveSeen('two');
    await callers.stop();
    expect(callers.all.filter(({ room }) => room.state !== 'connected')).toEqual([]);
    expect(new Set(callers.all.map(({ last }) => last?.pid)).size).toBe(3);

    // Every call has ended, and each that ran was answered; those that came too late were told so, and did not run.
    const { ok = 0, ...others } = callers.outcomes;
    for (const outcome of Object.keys(others))
      expect(outcome).toMatch(/^UNAVAILABLE: |^TIMEOUT: no connection /);
    cores.signal('SIGTERM');
    await cores.exited();
    const ran = [...cores.output.matchAll(/^ran (\d+)$/gm)].map(([, count]) => Number(count));
    expect(ran).toHaveLength(6);
    expect(ran.reduce((sum, count) => sum + count)).toBe(ok);
  });

  it('leaves all as it is when the new code does not start', async () => {
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
  });

  it('that comes twice reloads once more in the end', async () => {
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
  });
});
