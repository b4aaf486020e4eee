import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
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

/** How each of them is started. Runs in jest's own process: see global-setup.js. */
export const STARTS: Readonly<Record<SharedName, () => Promise<Started>>> = {
  /** A headless browser that does nothing but what tests ask for. */
  async chromium() {
    const server = await chromium.launchServer({
      executablePath: requireProgram('chromium'),
      host: '127.0.0.1',
      // A signal ends jest, whose end closes the pipe to the browser, which ends it.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        // Names for pages of several sites, and of several hosts of one site.
        '--host-resolver-rules=MAP *.test 127.0.0.1',
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
