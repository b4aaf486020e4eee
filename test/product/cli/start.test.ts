import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { freePort } from '../../support/free-port.js';
import { WAIT_MS, within } from '../../support/within.js';
import { gatewire, root } from './gatewire.js';
import { emptyFolder } from './project.js';
import { inTerminal, KEYS } from './terminal.js';

const program = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
let folder: ReturnType<typeof emptyFolder>;

beforeEach(() => {
  folder = emptyFolder();
  // A link to everything that is installed here; gatewire itself is this repository.
  symlinkSync(path.join(root, 'node_modules'), path.join(folder.path, 'node_modules'), 'dir');
  write('package.json', '{ "type": "module" }');
});
afterEach(() => folder.remove());

const write = (file: string, text: string) => writeFileSync(path.join(folder.path, file), text);

/** An application in JavaScript, which has no decorators: they are called. It asks for a port that it will not get. */
const MAIN = `
import { createApp, Gateway, OnEvent } from '${new URL('../../../dist/index.js', import.meta.url).href}';
import { clusterAdapter } from '${new URL('../../../dist/nodes/cores/index.js', import.meta.url).href}';
class Hall {
  who() { return { pid: process.pid, port: process.env.PORT, listens: app.address.port }; }
}
OnEvent('who')(Hall.prototype, 'who', Object.getOwnPropertyDescriptor(Hall.prototype, 'who'));
Gateway('/')(Hall);
const app = createApp({ gateways: [Hall], adapter: clusterAdapter() });
process.on('exit', (code) => console.log('a node ended with ' + code));
await app.run(1, '127.0.0.1');
`;

interface Who {
  readonly data: { readonly pid: number; readonly port: string; readonly listens: number };
}

describe('gatewire start', () => {
  it('runs a file on all cores, with the port that it is given', async () => {
    write('main.js', MAIN);
    const port = await freePort();
    const args = [program, 'start', '--nodes', 'auto', '--port', String(port), 'main.js'];
    const child = spawn(process.execPath, args, { cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close');
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        child.emit('output');
      });
    }
    const cores = availableParallelism();
    const serve = async () => {
      while ((text.match(/cluster\.node-serves/g) ?? []).length < cores) await once(child, 'output');
    };
    try {
      await within(() => `${cores} nodes in\n${text}`, serve());
      const sockets = Array.from({ length: cores }, () => io(`http://127.0.0.1:${port}`, { forceNew: true }));
      const answers = await Promise.all(
        sockets.map((socket) => socket.timeout(WAIT_MS).emitWithAck('who') as Promise<Who>),
      );
      expect(new Set(answers.map(({ data }) => data.pid)).size).toBe(cores);
      expect(answers.map(({ data }) => data)).not.toContainEqual(expect.objectContaining({ pid: child.pid }));
      expect(answers[0]?.data).toMatchObject({ port: String(port), listens: port });
      for (const socket of sockets) socket.close();
    } finally {
      child.kill('SIGTERM');
    }
    expect(await within(() => `the end in\n${text}`, ended)).toEqual([0, null]);
  });

  it('ends at Ctrl-C in a terminal, where every process hears of it, and sees clients off', async () => {
    write('main.js', MAIN);
    const port = await freePort();
    const { code, shown } = await inTerminal(
      ['start', '--nodes', '2', '--port', String(port), 'main.js'],
      [['cluster.node-serves number=2', KEYS.interrupt]],
      { cwd: folder.path },
    );
    expect(code).toBe(0);
    // One that hears two signals ends at once, with 1.
    expect(shown.match(/a node ended with \d/g)).toEqual(['a node ended with 0', 'a node ended with 0']);
  });

  it.each([
    [[], 2, 'the file to run is missing'],
    [['a.js', 'b.js'], 2, '`b.js` is one word too many'],
    [['none.js'], 2, 'no file to run (tried none.js)'],
    [['--nodes', '0', 'main.js'], 2, 'option `--nodes` is `0`, not a whole number from 1 to 1000, or auto'],
    [
      ['--nodes', 'all', 'main.js'],
      2,
      'option `--nodes` is `all`, not a whole number from 1 to 1000, or auto',
    ],
    [['--port', '70000', 'main.js'], 2, 'option `--port` is `70000`, not a whole number from 0 to 65535'],
  ])('refuses %j with exit code %i', async (args: string[], code, message) => {
    write('main.js', MAIN);
    const ended = await gatewire(['start', ...args], { cwd: folder.path });
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(`: ${message}\n`);
  });

  it('says when the port is taken', async () => {
    write('main.js', MAIN);
    const { server, port } = await taken();
    try {
      const ended = await gatewire(['start', '--port', String(port), 'main.js'], { cwd: folder.path });
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain('error[GW_ERR_BOOT_PORT_IN_USE]');
      expect(ended.stderr).toContain('error[GW_ERR_BOOT_NODES_END]');
    } finally {
      server.close();
    }
  });
});

async function taken() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}
