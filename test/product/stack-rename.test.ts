import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { STACK, type StackPackage, type StackRow, stackRows } from '../../src/base/stack.js';

// Every row of the table, with a copy of its package that has another name or value there.

/** Change to the source text of a package; see test/fixtures/stack/renamed.mjs. */
interface Rename {
  readonly folder: string;
  readonly pattern: string;
  readonly replacement: string;
}

interface Found {
  readonly code: string;
  readonly message: string;
}

/** Processes at a time, each with one thread that is busy. */
const AT_ONCE = Math.min(8, availableParallelism());
const RENAMER = pathToFileURL('test/fixtures/stack/renamed.mjs').href;

const rows = (Object.keys(STACK) as StackPackage[]).flatMap((name) =>
  stackRows(name).map((row) => ({ name, label: `${name} ${row.owner}.${row.member}`, ...row })),
);

/** What has to start for the check of a row, or only to be planned: arguments of test/fixtures/stack/start.mjs. */
function startOf(name: StackPackage, { owner }: StackRow): string {
  if (name === '@inversifyjs/core') return 'inject';
  if (name === 'socket.io-client') return 'client';
  if (name === '@socket.io/redis-streams-adapter') return 'streams';
  if (name === '@socket.io/redis-adapter')
    return (
      {
        ClassicClient: 'classic plan',
        RedisAdapter: 'classic plan',
        ShardedClient: 'sharded plan',
        ShardedRedisAdapter: 'sharded plan',
      }[owner] ?? 'classic'
    );
  if (name === 'socket.io-adapter' && owner !== 'Adapter')
    return owner === 'MessageType' ? 'sharded' : 'sharded plan';
  if (name === '@socket.io/cluster-adapter') return 'node plan';
  if (name === '@socket.io/sticky') return owner === 'WorkerServer' ? 'node' : 'primary';
  if (name === 'ws' && owner !== 'WebSocket') return 'batching';
  return 'alone plan';
}

/** Where the text of a member stands when that is not the whole of its own package, and what it is there. */
const ELSEWHERE: Readonly<Record<string, Partial<Rename>>> = {
  'socket.io-parser Decoder.emitReserved': { folder: '@socket.io/component-emitter/' },
  '@socket.io/redis-streams-adapter StreamsClient.set': {
    folder: '@socket.io/redis-streams-adapter/dist/util',
  },
  '@socket.io/redis-streams-adapter StreamsClient.get': {
    folder: '@socket.io/redis-streams-adapter/dist/util',
  },
  '@socket.io/redis-streams-adapter Channel.name': {
    pattern: '#\\$\\{nsp\\.name\\}#',
    replacement: '!$${nsp.name}!',
  },
  '@inversifyjs/core ClassMetadata.constructorArguments': { pattern: '\\bconstructorArguments\\b' },
  '@inversifyjs/core ClassMetadata.properties': { pattern: '\\bproperties\\b' },
  '@inversifyjs/core ClassElementMetadata.kind': { pattern: '\\bkind\\b' },
  'ws WebSocketServer.options': { pattern: '(?<=\\bthis\\.)options\\b' },
  'ws WebSocket.bufferedAmount': { pattern: '\\bbufferedAmount\\b' },
  '@socket.io/sticky SessionId.length': { pattern: '\\{20\\}', replacement: '{22}' },
};

function renameOf(name: StackPackage, { member, is }: StackRow, label: string): Rename {
  const rename = {
    method: { pattern: propertyPattern(member), replacement: `${member}Renamed` },
    field: { pattern: propertyPattern(member), replacement: `${member}Renamed` },
    event: { pattern: `(["'])${member}\\1`, replacement: `"${member}Renamed"` },
    number: { pattern: `(\\["${member}"\\] = )\\d+`, replacement: '$1101' },
    text: { pattern: 'value' in is ? String(is.value) : '', replacement: 'renamed' },
  }[is.kind];
  return { folder: `${name}/`, ...rename, ...ELSEWHERE[label] };
}

/** Matches a member where it is read, defined as a method, a key of an object, or text that is a key. */
function propertyPattern(member: string): string {
  if (/\W/.test(member)) return member;
  return `(?<=\\.)${member}\\b|(?<=^\\s*(?:(?:static|async|get|set) )?)${member}(?=\\(.*\\) \\{)|\\b${member}(?=: )`;
}

/** What starts in the process that others of its kind have started in; it is over when it has failed. */
const SHARED = /^(alone|classic|sharded|streams|inject|client)\b/;

/** Starts an application in a process of its own, and returns the problems that keep it from starting. */
async function start(mode: string, rename: Rename | null): Promise<readonly Found[]> {
  const env = {
    ...process.env,
    ...(rename !== null && { RENAME: JSON.stringify(rename) }),
    // As the primary starts a node; it is not there.
    ...(mode.startsWith('node') && { NODE_UNIQUE_ID: '1', GATEWIRE_NODE: '1', GATEWIRE_NODES: '1' }),
  };
  const execArgv = rename === null ? [] : ['--import', RENAMER];
  const child = fork('test/fixtures/stack/start.mjs', mode.split(' '), {
    env,
    execArgv,
    silent: true,
    timeout: 60_000,
  });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${mode} ended with ${code}: ${printed.stderr}`);
  return JSON.parse(printed.stdout) as Found[];
}

/** A process that starts one application after the other, each with a copy of the stack of its own. */
class Starter {
  readonly #child: ChildProcess;
  readonly #ready: Promise<unknown>;
  readonly #end: Promise<never>;

  constructor() {
    this.#child = fork('test/fixtures/stack/rows.mjs', [process.env['GATEWIRE_TEST_PROGRAMS'] ?? '']);
    this.#ready = once(this.#child, 'message');
    this.#end = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`the process ended with ${code}`);
    });
    this.#end.catch(() => undefined);
  }

  /** Starts an application that differs from others by its options only, and returns the problems that keep it from starting. */
  async start(mode: string, rename: Rename): Promise<readonly Found[]> {
    await Promise.race([this.#ready, this.#end]);
    const [name, plan] = mode.split(' ');
    const answer = once(this.#child, 'message');
    this.#child.send({ mode: name, isPlanned: plan !== undefined, rename });
    const [found] = await Promise.race([answer, this.#end]);
    return found as Found[];
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}

async function runAll<TItem>(items: readonly TItem[], run: (item: TItem) => Promise<void>): Promise<void> {
  const queue = [...items];
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

describe('a member of the stack that is renamed', () => {
  const found = new Map<string, readonly Found[] | Error>();

  beforeAll(async () => {
    const starter = new Starter();
    const run = async ({ name, label, ...row }: (typeof rows)[number]) => {
      const [mode, rename] = [startOf(name, row), renameOf(name, row, label)];
      const problems = SHARED.test(mode) ? starter.start(mode, rename) : start(mode, rename);
      found.set(label, await problems.catch((error: Error) => error));
    };
    const isShared = ({ name, ...row }: (typeof rows)[number]) => SHARED.test(startOf(name, row));
    const inTurn = async () => {
      for (const row of rows.filter(isShared)) await run(row);
      starter.end();
    };
    await Promise.all([
      inTurn(),
      runAll(
        rows.filter((row) => !isShared(row)),
        run,
      ),
    ]);
  }, 900_000);

  it.each(rows)('is found by name: $label', ({ label, name, owner, member, is }) => {
    const problems = found.get(label);
    if (!Array.isArray(problems)) throw problems;
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'GW_ERR_BOOT_STACK',
        message: expect.stringMatching(
          new RegExp(`^${name} \\d\\S+ has no .*${literal(`\`${owner}.${member}\``)}.*${literal(is.use)}$`),
        ),
      }),
    );
  });
});

describe('a member of the stack that has another type', () => {
  it.each([
    {
      owner: 'Socket',
      member: 'acks',
      pattern: 'this\\.acks = new Map',
      replacement: 'this.acks = new WeakMap',
    },
    { owner: 'Socket', member: 'fns', pattern: 'this\\.fns = \\[\\]', replacement: 'this.fns = new Set()' },
    { owner: 'Namespace', member: '_ids', pattern: 'this\\._ids = 0', replacement: "this._ids = '0'" },
  ])('keeps an application from starting: $owner.$member', async ({ owner, member, ...change }) => {
    const problems = await start('alone plan', { folder: 'socket.io/', ...change });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining(`has no field \`${owner}.${member}\` of the type `),
    ]);
  });
});

describe('the stack as it is installed', () => {
  it('lets applications of all kinds start', async () => {
    const found: [mode: string, problems: readonly Found[]][] = [];
    const modes = [...new Set(rows.map((row) => startOf(row.name, row)))];
    await runAll(modes, async (mode) => void found.push([mode, await start(mode, null)]));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(modes.map((mode) => [mode, []])));
  });
});

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
