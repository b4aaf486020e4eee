import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { requireProgram } from '../../scripts/programs.js';
import { pack } from './npm.js';
import { RabbitmqServer } from './rabbitmq-server.js';
import type { SharedName } from './shared.js';

const run = promisify(execFile);

/** Something that runs, and where it is: a URL or a path. */
interface Started {
  readonly place: string;
  stop(): Promise<unknown>;
}

const STARTS: Readonly<Record<SharedName, () => Promise<Started>>> = {
  /** A headless browser that does nothing but what tests ask for. */
  async chromium() {
    const server = await chromium.launchServer({
      executablePath: requireProgram('chromium'),
      host: '127.0.0.1',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    });
    return { place: server.wsEndpoint(), stop: () => server.close() };
  },

  async rabbitmq() {
    const server = await RabbitmqServer.start();
    return { place: server.url, stop: () => server.stop() };
  },

  /** The package as an installation would unpack it, with its tarball beside it. */
  async package() {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-package-'));
    const unpacked = path.join(folder, 'gatewire');
    await mkdir(unpacked);
    const tarball = await pack(path.resolve('.'), folder);
    await run('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
    return { place: unpacked, stop: () => rm(folder, { recursive: true, force: true }) };
  },
};

/**
 * Opens a server on 127.0.0.1 that starts a service when a test asks for it first, and answers all that ask with its
 * place. It runs in jest's own process, ahead of all test files, and ends what it started after the last one.
 */
export async function openSharedServices(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const started = new Map<string, Promise<Started>>();
  const server = createServer(async (request, response) => {
    const name = (request.url ?? '').slice(1) as SharedName;
    const service = started.get(name) ?? STARTS[name]();
    started.set(name, service);
    try {
      response.end((await service).place);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await Promise.allSettled([...started.values()].map(async (service) => (await service).stop()));
    },
  };
}
