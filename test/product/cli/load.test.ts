import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { load } from '../../../src/cli/commands/load.js';
import { planLoad } from '../../../src/cli/load/plan.js';
import type { LoadReport } from '../../../src/cli/load/report.js';
import { type LoadSurroundings, runLoad } from '../../../src/cli/load/run.js';
import { socketsFor } from '../../../src/cli/load/sockets.js';
import { readTarget } from '../../../src/cli/load/target.js';
import { type ContextOf, GatewireError, gatewayFor, type PayloadsOf } from '../../../src/index.js';
import { createTestApp, type LoadScenario, type TestApp } from '../../../src/testing/index.js';
import { chat } from '../../fixtures/cli/load/chat.contract.js';
import { deferred } from '../../support/deferred.js';
import { until } from '../../support/until.js';
import { fixture, gatewire, root } from './gatewire.js';
import { inTerminal, KEYS } from './terminal.js';

const Chat = gatewayFor(chat, {
  auth: ({ auth }) => {
    if (auth['name'] === undefined) throw new GatewireError('UNAUTHENTICATED');
    return { user: { id: String(auth['name']) } };
  },
});
type Context = ContextOf<typeof Chat>;
type Payload = PayloadsOf<typeof chat>;

/** All messages wait for the fifth one: four clients that waited for their answers would never send it. */
let fifth = deferred();
let texts: string[] = [];
let users: Set<string>;

@Chat.Gateway()
class ChatGateway {
  @Chat.OnEvent('room:join')
  async join({ room }: Payload['room:join'], ctx: Context) {
    await ctx.join(room);
    users.add(ctx.user.id);
    return { people: 1 };
  }

  @Chat.OnEvent('message:send')
  async send({ room, text }: Payload['message:send'], ctx: Context) {
    if (!ctx.rooms.has(room)) throw new GatewireError('FORBIDDEN');
    texts.push(text);
    if (texts.length === 5) fifth.resolve();
    await fifth.promise;
    ctx.to(room).emit('message:new', { text });
    return { id: '7c1e6b51-8a5c-4c3f-9a0b-0d8f6a3c2b11' };
  }

  @Chat.OnEvent('typing')
  typing() {
    throw new GatewireError('FORBIDDEN');
  }

  @Chat.OnEvent('price:set')
  price() {}
}

const HERE = fixture('load');
const NAME = '{"name":"ann"}';
let test: TestApp;
let url: string;

beforeEach(async () => {
  fifth = deferred();
  texts = [];
  users = new Set();
  test = await createTestApp(ChatGateway);
  url = `${test.url}/team/7/chat`;
});
afterEach(() => test.close());

const NUMBERS = { clients: 2, ramp: 0, seconds: 0.5, rate: 20, reconnects: 0 };
const JOIN = { event: 'room:join', payload: { room: 'team' } };

/** What runs a load in this process, with errors that say what has failed. */
function surroundings(): LoadSurroundings {
  return {
    createSocket: socketsFor(readTarget(url), { transport: 'websocket', path: '/socket.io' }),
    signal: new AbortController().signal,
    onProgress: () => {},
    refuse: (what, cause) => new Error(`${what}: ${(cause as Error).message}`),
  };
}

/** Runs the command in this process, and returns what it prints and its exit code. */
async function run(words: readonly string[], values: Record<string, string | boolean> = {}) {
  const printed: string[] = [];
  const statuses: string[] = [];
  const output = {
    paint: (_: unknown, text: string) => text,
    print: (text: string) => void printed.push(text),
    complain: (text: string) => void printed.push(text),
    status: (text: string) => void statuses.push(text),
    flush: async () => {},
  };
  const code = await load.run({ words, values, cwd: root, output });
  return { code, text: printed.join('\n'), statuses };
}

describe('gatewire load', () => {
  it('runs a scenario in TypeScript, and prints its figures as one JSON document', async () => {
    const args = ['load', url, '--scenario', 'chat.scenario.ts', '--seconds', '1', '--json'];
    const { code, stdout, stderr } = await gatewire(args, { cwd: HERE });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as LoadReport;
    expect(report).toMatchObject({
      url,
      transport: 'websocket',
      clients: 4,
      seconds: 1, // not the 600 of the file
      endedBy: 'time',
      connections: { opened: 4, errors: {}, disconnects: {} },
      notSent: { inFlightFull: 0, notConnected: 0 },
      answers: { errors: {}, timedOut: 0, connectionLost: 0 },
    });
    const [joins, messages, typing] = report.events;
    expect(joins).toMatchObject({ event: 'room:join', sent: 4, ok: 4 });
    expect(messages?.ok).toBe(texts.length);
    expect(messages?.ok).toBe(messages?.sent);
    expect(new Set(texts)).toEqual(new Set(['hello']));
    expect(users).toEqual(new Set(['client 0', 'client 1', 'client 2', 'client 3']));
    // Two clients in each of two rooms: a message reaches one other. What is typed is refused, once a second for a client.
    expect(typing).toMatchObject({ ok: 0, failed: 0 });
    expect(report.exceptions).toEqual({ FORBIDDEN: expect.any(Number) });
    expect(report.received).toBeGreaterThan(0);
    expect(report.answers.timesMs.count).toBe(report.answers.ok);
  });

  it('counts refusals by their codes', async () => {
    const { code, text, statuses } = await run([url], {
      ...{ clients: '1', ramp: '0', seconds: '1', rate: '20', auth: NAME },
      ...{ event: 'message:send', payload: '{"room":"team","text":"hi"}', json: true },
    });
    // Nobody is in a room without joining.
    const report = JSON.parse(text) as LoadReport;
    expect(code).toBe(0);
    expect(report.answers.errors).toEqual({ FORBIDDEN: report.sent });
    expect(statuses.at(-1)).toBe('');
  });

  it('makes payloads from a contract, and says what it leaves out', async () => {
    const args = [
      'load',
      url,
      '--contract',
      'chat.contract.ts',
      '--auth',
      NAME,
      '--seconds',
      '1',
      '--clients',
      '2',
    ];
    const { code, stdout, stderr } = await gatewire(args, { cwd: HERE });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      '  left out price:set: `code`: no text is known that fits its pattern ^~.{12}!$\n',
    );
    expect(stdout).toMatch(/^ {2}room:join +\d+/m);
    expect(stdout).not.toContain('INVALID_PAYLOAD');
    expect(stdout).not.toContain('\u001b');
  });

  it('shows a line while it runs, and ends in order at Ctrl-C', async () => {
    const { code, shown, unanswered } = await inTerminal(
      ['load', url, '--auth', NAME, '--clients', '2', '--seconds', '600', '--ramp', '0'],
      [['2 of 2 clients', KEYS.interrupt]],
      { cwd: root },
    );
    expect({ code, unanswered }).toEqual({ code: 0, unanswered: [] });
    expect(shown).toContain('ended by a signal');
  });

  it('asks for the name of another machine, and sends nothing when the question is cancelled', async () => {
    const { code, shown, unanswered } = await inTerminal(
      ['load', 'http://chat.invalid'],
      [
        ['Type its name', `chat${KEYS.enter}`],
        ['that is not chat.invalid', KEYS.interrupt],
      ],
      { cwd: root },
    );
    expect({ code, unanswered }).toEqual({ code: 1, unanswered: [] });
    expect(shown).not.toContain('no client can connect');
  });

  it.each([
    [{}, 'UNAUTHENTICATED', 'pass what the server authenticates: --auth JSON, or `auth` in the scenario'],
    [{ path: '/io' }, 'HTTP 404', 'the path of Socket.IO is another one there: --path /socket.io'],
    [
      { path: '/io', transport: 'polling' },
      'HTTP 404',
      'the path of Socket.IO is another one there: --path /socket.io',
    ],
  ])('says why nobody can connect with %j', async (values, reason, help) => {
    await expect(run([url], values)).rejects.toMatchObject({
      exitCode: 1,
      problem: { message: `no client can connect to ${url}: ${reason}`, help },
    });
  });

  it.each([
    [['a', 'b'], {}, '`b` is one word too many'],
    [['http://chat.invalid'], {}, '`chat.invalid` is another machine, and a load may make it unreachable'],
    [
      ['http://127.0.0.1'],
      { transport: 'webtransport' },
      'option `--transport` is `webtransport`, not websocket or polling',
    ],
    [['http://127.0.0.1'], { path: 'io' }, 'option `--path` is `io`, which has no slash in front'],
    [['http://127.0.0.1'], { payload: '1' }, '--payload needs --event'],
    [['http://127.0.0.1'], { 'no-ack': true }, '--no-ack needs --event'],
    [
      ['http://127.0.0.1'],
      { event: 'connect' },
      'option `--event` is `connect`, not the name of an event, with at most 128 characters',
    ],
    [['http://127.0.0.1'], { event: 'a', payload: '{' }, 'option `--payload` is no JSON'],
    [['http://127.0.0.1'], { auth: '[]' }, 'option `--auth` is no JSON object'],
    [['http://127.0.0.1'], { contract: 'c.ts', payload: '1' }, '--payload and --contract exclude each other'],
    [['http://127.0.0.1'], { contract: 'none.ts' }, 'there is no file `none.ts`'],
    [['http://127.0.0.1'], { scenario: 'none.ts' }, 'there is no file `none.ts`'],
    [
      ['http://127.0.0.1'],
      { clients: '20001' },
      'option `--clients` is `20001`, not a whole number from 1 to 20000',
    ],
  ])('refuses %j with %j', async (words, values, message) => {
    await expect(run(words, values)).rejects.toMatchObject({
      exitCode: 2,
      problem: { code: 'GW_ERR_CLI_USAGE', message },
    });
  });

  it('makes auth anew for each client, also by a promise, and refuses what is no object', async () => {
    const scenario: LoadScenario = { auth: async ({ index }) => ({ name: `ann-${index}` }), start: [JOIN] };
    await runLoad(planLoad(scenario, NUMBERS), surroundings());
    expect(users).toEqual(new Set(['ann-0', 'ann-1']));
    const wrong: LoadScenario = { auth: () => [] };
    await expect(runLoad(planLoad(wrong, NUMBERS), surroundings())).rejects.toThrow(
      'auth: it makes no object',
    );
  });

  it('ends when a function of the scenario throws, and leaves no client behind', async () => {
    const thrower = (): never => {
      throw new Error('no text');
    };
    const scenario: LoadScenario = { auth: { name: 'ann' }, mix: [{ event: 'typing', payload: thrower }] };
    const plan = planLoad(scenario, { ...NUMBERS, seconds: 600 });
    await expect(runLoad(plan, surroundings())).rejects.toThrow('`typing`: no text');
    await until('the clients have left', () => test.app.stats().connections === 0);
  });

  it('ends when it takes too much memory', async () => {
    const rss = jest.spyOn(process.memoryUsage, 'rss').mockReturnValue(Number.MAX_SAFE_INTEGER);
    try {
      const plan = planLoad({ auth: { name: 'ann' } }, { ...NUMBERS, seconds: 600 });
      expect((await runLoad(plan, surroundings())).endedBy).toBe('memory');
    } finally {
      rss.mockRestore();
    }
  });

  it('refuses files that export something else', async () => {
    const scenario = await gatewire(['load', url, '--scenario', 'chat.contract.ts'], { cwd: HERE });
    expect(scenario).toMatchObject({ code: 1, stdout: '' });
    expect(scenario.stderr).toBe(
      'error[GW_ERR_CLI_BAD_LOAD_FILE]: chat.contract.ts has no default export\n  help: export a LoadScenario as default from it\n',
    );
    const contract = await gatewire(['load', test.url, '--contract', 'chat.contract.ts'], { cwd: HERE });
    expect(contract).toMatchObject({ code: 2, stdout: '' });
    expect(contract.stderr).toContain('chat.contract.ts is about `/team/:team/chat`, the URL about `/`\n');
  });
});
