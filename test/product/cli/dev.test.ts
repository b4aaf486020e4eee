import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { freePort } from '../../support/free-port.js';
import { WAIT_MS, within } from '../../support/within.js';
import { gatewire, root } from './gatewire.js';
import { emptyFolder } from './project.js';
import { inTerminal, KEYS } from './terminal.js';

const program = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
let folder: ReturnType<typeof emptyFolder>;
let client: Socket | undefined;

beforeEach(() => {
  folder = emptyFolder();
  // A link to everything that is installed here; gatewire itself is this repository.
  symlinkSync(path.join(root, 'node_modules'), path.join(folder.path, 'node_modules'), 'dir');
});
afterEach(() => {
  client?.close();
  folder.remove();
});

const write = (file: string, text: string) => writeFileSync(path.join(folder.path, file), text);

const server = (answer: string) => `
import { createServer } from 'node:http';
import { Server } from 'socket.io';
const http = createServer();
const io = new Server(http);
io.on('connection', (socket) => socket.on('ask', (reply) => reply('${answer}')));
http.listen(Number(process.env.PORT));
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => {
    console.log('asked to stop by', signal);
    io.close();
    setTimeout(() => process.exit(0), 100);
  });
console.log('up');
`;

describe('gatewire dev', () => {
  it.each([
    ['main.ts', 'SIGINT'],
    ['main.ts', 'SIGTERM'],
    ['main.js', 'SIGTERM'],
  ] as const)(
    'runs %s, restarts it at a change, while clients reconnect, and ends at %s with 0',
    async (file, signal) => {
      write('package.json', '{ "type": "module" }');
      write(file, server('one'));
      const port = await freePort();
      const child = spawn(process.execPath, [program, 'dev'], {
        cwd: folder.path,
        env: { ...process.env, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const ended = once(child, 'exit');
      let text = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
      }
      try {
        client = io(`http://127.0.0.1:${port}`, { reconnectionDelay: 100, reconnectionDelayMax: 200 });
        const connected = () =>
          within(() => `a connection; printed:\n${text}`, nextConnection(client as Socket));
        await connected();
        expect(text).toContain(`running ${file}, and again whenever a file changes; Ctrl-C ends it\n`);
        expect(await client.timeout(WAIT_MS).emitWithAck('ask')).toBe('one');
        const again = connected();
        write(file, server('two'));
        await again;
        expect(await client.timeout(WAIT_MS).emitWithAck('ask')).toBe('two');
      } finally {
        child.kill(signal);
      }
      expect(await within(() => `the end; printed:\n${text}`, ended)).toEqual([0, null]);
      // Once for the change and once for the end: an application that is asked twice stops at once.
      expect(text.match(/asked to stop/g)).toHaveLength(2);
      await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
    },
  );

  it('ends at Ctrl-C in a terminal, and the application hears of it once', async () => {
    write('package.json', '{ "type": "module" }');
    write('main.ts', server('one'));
    const { code, shown } = await inTerminal(['dev'], [['up', KEYS.interrupt]], {
      cwd: folder.path,
      env: { PORT: '0' },
    });
    expect(code).toBe(0);
    expect(shown.match(/asked to stop by SIGINT/g)).toHaveLength(1);
  });

  it.each([
    [[], 'no file to run (tried src/main.ts, main.ts, src/main.js, main.js)'],
    [['start.ts'], 'no file to run (tried start.ts)'],
  ])('says what it looked for with %j', async (args: string[], message) => {
    const { code, stdout, stderr } = await gatewire(['dev', ...args], { cwd: folder.path });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error[GW_ERR_CLI_NO_MAIN]: ${message}\n`);
  });

  it('refuses one word too many', async () => {
    expect(await gatewire(['dev', 'a.ts', 'b.ts'], { cwd: folder.path })).toMatchObject({ code: 2 });
  });
});

/** The next connection of a client. */
function nextConnection(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('connect', () => resolve()));
}
