import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../support/free-port.js';
import { ChatProcess } from './chat-process.js';

/** What zlib of one Node makes of the same text differs a little from what that of another does. */
const TOLERANCE = 0.02;
const SOURCE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;

const filesOfExample = () => readdirSync('examples/chat', { recursive: true, encoding: 'utf8' }).sort();

describe('the script of the page of examples/chat', () => {
  let chat: ChatProcess;

  afterEach(() => chat.kill());

  async function scriptIn(environment: string): Promise<string> {
    chat = new ChatProcess(await freePort(), { NODE_ENV: environment });
    const response = await fetch(`${await chat.listening()}/chat.js`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ]);
    return response.text();
  }

  it('is as small in production as the README says, and says nothing of its sources', async () => {
    const script = await scriptIn('production');
    const kilobytes = gzipSync(script, { level: 9 }).length / 1_000;
    const [, documented] =
      /is (\d+\.\d) KB of gzip/.exec(readFileSync('examples/chat/README.md', 'utf8')) ?? [];
    expect(kilobytes).toBeLessThan(25);
    const isTrue = Math.abs(Number(documented) - kilobytes) <= 0.1 + kilobytes * TOLERANCE;
    expect(isTrue || kilobytes).toBe(true);
    expect(script).not.toMatch(SOURCE_MAP);
  });

  it('is of the page, the client and socket.io-client, with no schema and no library for it', async () => {
    const [, encoded = ''] = SOURCE_MAP.exec(await scriptIn('development')) ?? [];
    const { sources } = JSON.parse(Buffer.from(encoded, 'base64').toString()) as { sources: string[] };
    expect(sources).toContain('examples/chat/page/chat.ts');
    expect(sources.filter((file) => /contract|zod|schema/.test(file))).toEqual([]);
    const packages = sources.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
    expect([...new Set(packages)].sort()).toEqual([
      '@socket.io/component-emitter',
      'engine.io-client',
      'engine.io-parser',
      'socket.io-client',
      'socket.io-parser',
      undefined,
    ]);
  });

  it('leaves no file behind', async () => {
    const before = filesOfExample();
    await scriptIn('development');
    expect(filesOfExample()).toEqual(before);
  });
});
