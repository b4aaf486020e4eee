import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { within } from '../support/within.js';
import { packOnce, removeAll, Tutorial } from './tutorial.js';

const LIMIT_MS = 120_000;
const STEP_MS = 30_000;

beforeAll(packOnce, LIMIT_MS);
afterAll(removeAll);

/** All that a stream has printed when the words were in it. */
async function printed(stream: NodeJS.ReadableStream | null, words: RegExp): Promise<string> {
  let text = '';
  for (;;) {
    const [chunk] = (await within(
      STEP_MS,
      () => `${words} in\n${text}`,
      once(stream ?? process, 'data'),
    )) as [Buffer];
    text += String(chunk);
    if (words.test(text)) return text;
  }
}

describe.each([
  { pages: ['chat'], tests: 2 },
  { pages: ['chat', 'secure'], tests: 3 },
  { pages: ['chat', 'test'], tests: 5 },
])('the tutorials $pages, from an empty folder', ({ pages, tests }) => {
  it(
    'compile and pass the tests of the last one',
    async () => {
      const tutorial = new Tutorial(...pages);
      expect(await tutorial.compile()).toBe('');
      const output = await tutorial.test();
      expect(output).toContain('# fail 0');
      expect(output).toContain(`# pass ${tests}`);
    },
    LIMIT_MS,
  );
});

describe('the server and the clients of the tutorials', () => {
  it.each([{ pages: ['chat'] }, { pages: ['chat', 'secure'] }])(
    'talk to each other as the first page shows: $pages',
    async ({ pages }) => {
      const tutorial = new Tutorial(...pages);
      const [, promised = ''] =
        /^\$ npx tsx src\/talk\.ts bob\n([\s\S]*?)^```$/m.exec(tutorial.pages[0] ?? '') ?? [];
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
        const [, port = ''] = /http:\/\/\S+:(\d+)/.exec(await printed(server.stderr, /http:\S+:\d+/)) ?? [];
        url = `http://127.0.0.1:${port}`;
        const bob = await talk('bob');
        const first = await printed(bob.stdout, /here\n/);
        const ann = await talk('ann');
        ann.stdin?.end('hello\n');
        expect(first + (await printed(bob.stdout, /hello\n/))).toBe(promised);
      } finally {
        for (const child of children) {
          const ended = once(child, 'close');
          if (child.exitCode === null && child.kill('SIGKILL')) await ended;
        }
      }
    },
    LIMIT_MS,
  );
});
