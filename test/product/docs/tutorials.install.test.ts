import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisServer } from '../../support/redis-server.js';
import { within } from '../../support/within.js';
import { prepare, removeAll, Tutorial } from './tutorial.js';

beforeAll(prepare);
afterAll(removeAll);

/** All that a stream has printed when the words were in it. */
async function printed(stream: NodeJS.ReadableStream | null, words: RegExp): Promise<string> {
  let text = '';
  for (;;) {
    const [chunk] = (await within(() => `${words} in\n${text}`, once(stream ?? process, 'data'))) as [Buffer];
    text += String(chunk);
    if (words.test(text)) return text;
  }
}

describe.each([
  { pages: ['chat'], tests: 2 },
  { pages: ['chat', 'secure'], tests: 3 },
  { pages: ['chat', 'nodes'], tests: 2 },
  { pages: ['chat', 'test'], tests: 5 },
])('the tutorials $pages, from an empty folder', ({ pages, tests }) => {
  it('compile and pass the tests of the last one', async () => {
    const tutorial = new Tutorial(...pages);
    expect(await tutorial.compile()).toBe('');
    const output = await tutorial.test();
    expect(output).toContain('# fail 0');
    expect(output).toContain(`# pass ${tests}`);
  });
});

/** What a page shows of bob's terminal. */
function promised(page: string | undefined): string {
  const [, text = ''] = /^\$ .*npx tsx src\/talk\.ts bob\n([\s\S]*?)^```$/m.exec(page ?? '') ?? [];
  return text;
}

/** The URL under which a server says that it listens. */
async function urlOf(server: ChildProcess): Promise<string> {
  const [, port = ''] = /http:\/\/\S+:(\d+)/.exec(await printed(server.stderr, /http:\S+:\d+/)) ?? [];
  return `http://127.0.0.1:${port}`;
}

async function end(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) {
    const ended = once(child, 'close');
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
  }
}

describe('the server and the clients of the tutorials', () => {
  it.each([{ pages: ['chat'] }, { pages: ['chat', 'secure'] }])(
    'talk to each other as the first page shows: $pages',
    async ({ pages }) => {
      const tutorial = new Tutorial(...pages);
      const JWT_SECRET = 'of this test alone, and long enough';
      const server = tutorial.start(['src/main.ts'], { PORT: '0', JWT_SECRET });
      const children = [server];
      const talk = async (name: string) => {
        const env: Record<string, string> = { URL: url, JWT_SECRET };
        if (pages.includes('secure')) {
          const token = tutorial.start(['src/token.ts', name], env);
          env['TOKEN'] = (await printed(token.stdout, /\n/)).trim();
        }
        const child = tutorial.start(['src/talk.ts', name], env);
        children.push(child);
        return child;
      };
      let url = '';
      try {
        url = await urlOf(server);
        const bob = await talk('bob');
        const first = await printed(bob.stdout, /here\n/);
        const ann = await talk('ann');
        ann.stdin?.end('hello\n');
        expect(first + (await printed(bob.stdout, /hello\n/))).toBe(promised(tutorial.pages[0]));
      } finally {
        await end(children);
      }
    },
  );

  it('talk across two nodes, as that page shows', async () => {
    const redis = await RedisServer.start();
    const tutorial = new Tutorial('chat', 'nodes');
    const nodes = ['one', 'two'].map(() =>
      tutorial.start(['src/main.ts'], { PORT: '0', REDIS_URL: redis.url }),
    );
    const children = [...nodes];
    try {
      const [one = '', two = ''] = await Promise.all(nodes.map(urlOf));
      const bob = tutorial.start(['src/talk.ts', 'bob'], { URL: one });
      children.push(bob);
      const first = await printed(bob.stdout, /here\n/);
      const ann = tutorial.start(['src/talk.ts', 'ann'], { URL: two });
      children.push(ann);
      expect(await printed(ann.stdout, /here\n/)).toBe('in general, 2 here\n');
      ann.stdin?.end('hello\n');
      expect(first + (await printed(bob.stdout, /hello\n/))).toBe(promised(tutorial.pages[1]));
    } finally {
      await end(children);
      await redis.stop();
    }
  });
});
