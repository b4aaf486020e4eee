import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/free-port.js';
import { ChatProcess } from './chat-process.js';

const LIMIT_MS = 40_000;
/** Bytes of gzip: socket.io-client is 14.6 KB of it, gatewire/client 3.7 KB, the page itself the rest. */
const MAX_BYTES = 23_000;
const SOURCE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;

const filesOfExample = () => readdirSync('examples/chat', { recursive: true, encoding: 'utf8' }).sort();

describe('the script of the page of examples/chat', () => {
  let chat: ChatProcess;

  afterEach(() => chat.kill(), LIMIT_MS);

  async function scriptIn(environment: string): Promise<string> {
    chat = new ChatProcess(await freePort(), { NODE_ENV: environment });
    const response = await fetch(`${await chat.listening()}/chat.js`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ]);
    return response.text();
  }

  it(
    'is small in production, and says nothing of its sources',
    async () => {
      const script = await scriptIn('production');
      expect(gzipSync(script, { level: 9 }).length).toBeLessThan(MAX_BYTES);
      expect(script).not.toMatch(SOURCE_MAP);
    },
    LIMIT_MS,
  );

  it(
    'is of the page, the client and socket.io-client, with no schema and no library for it',
    async () => {
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
    },
    LIMIT_MS,
  );

  it(
    'leaves no file behind',
    async () => {
      const before = filesOfExample();
      await scriptIn('development');
      expect(filesOfExample()).toEqual(before);
    },
    LIMIT_MS,
  );
});
