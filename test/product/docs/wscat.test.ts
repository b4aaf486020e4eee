import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';
import { freePort } from '../../support/free-port.js';
import { ServerProcess } from '../../support/server-process.js';
import { within } from '../../support/within.js';

const program = path.join(createRequire(import.meta.url).resolve('wscat/package.json'), '..', 'bin/wscat');

/** What the page shows of a terminal, up to the first ping, which comes after 25 s. */
function transcript(): readonly string[] {
  const page = readFileSync('docs/how-to/wscat.md', 'utf8');
  const [, text = ''] = /^```text\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const lines = text.trim().split('\n');
  return lines.slice(0, lines.indexOf('< 2'));
}

/** Ids differ each time. */
const withoutIds = (line: string): string =>
  line.replace(/("sid":)"[\w-]{20}"/, '$1"…"').replace(/("id":)"(?:…|[\w-]{36})"/, '$1"…"');

it('docs/how-to/wscat.md shows what wscat shows', async () => {
  const server = new ServerProcess('examples/echo/main.ts', await freePort());
  const url = await server.listening();
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const wscat = spawn(process.execPath, [program, '--no-color', '-c', address], { stdio: 'pipe' });
  try {
    const shown = createInterface(wscat.stdout)[Symbol.asyncIterator]();
    const lines = transcript();
    expect(lines.length).toBeGreaterThan(6);
    for (const line of lines) {
      if (line.startsWith('> ')) {
        wscat.stdin.write(`${line.slice(2)}\n`);
        continue;
      }
      const { value } = await within(`"${line}"`, shown.next());
      // It writes its prompt in front of what comes in.
      expect(withoutIds(`< ${String(value).replace(/^(?:> ?|< )+/, '')}`)).toBe(withoutIds(line));
    }
  } finally {
    const ended = once(wscat, 'close');
    wscat.kill();
    await ended;
    await server.kill();
  }
});
