import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { requireProgram } from '../../scripts/programs.js';
import { exampleNames } from './example-names.js';
import { pack } from './npm.js';
import { RabbitmqServer } from './rabbitmq-server.js';
import type { SharedName } from './shared.js';

const run = promisify(execFile);
const VITE = 'node_modules/vite/bin/vite.js';

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

  /** The pages of the examples, each beside its compiled server. */
  async pages() {
    const programs = process.env['GATEWIRE_TEST_PROGRAMS'] ?? '';
    const env = { ...process.env, NODE_ENV: 'production' }; // jest says `test`
    for (const name of exampleNames) {
      const root = path.resolve('examples', name, 'page');
      const outDir = path.join(programs, 'examples', name, 'page');
      if (existsSync(root)) await run(process.execPath, [VITE, 'build', root, '--outDir', outDir], { env });
    }
    return { place: programs, stop: async () => {} };
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
