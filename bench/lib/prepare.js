// What has to be there before the first server starts: gatewire's dist, the peers' packages, compiled decorators.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { peerVersion, rootVersion } from './versions.js';

const rootDir = fileURLToPath(new URL('../../', import.meta.url));
const peersDir = fileURLToPath(new URL('../peers/', import.meta.url));

/** Prepares what the chosen contenders need; throws with a sentence for the user when that is not possible. */
export async function prepare(contenders) {
  const names = contenders.map(({ name }) => name);
  if (names.some((name) => name.startsWith('gatewire'))) buildGatewire();
  if (names.includes('nest')) installPeers();
  await compileServers(contenders);
}

/** Builds the sources as they are now, so that no old dist is measured. */
function buildGatewire() {
  if (existsSync(`${rootDir}scripts/build.js`)) run('node scripts/build.js', rootDir);
  if (existsSync(`${rootDir}dist/index.js`)) return;
  throw new Error('gatewire is not built: run "npm run build", or leave it out with --only raw,nest');
}

function installPeers() {
  if (!existsSync(`${peersDir}node_modules`)) {
    console.log('Installing the peers once, with npm ci in bench/peers.');
    run('npm ci --loglevel=error', peersDir);
  }
  const [here, there] = [rootVersion('socket.io'), peerVersion('socket.io')];
  if (here !== there)
    throw new Error(`socket.io is ${here} here and ${there} in bench/peers: make them equal`);
}

/** Each .ts server becomes one .js file, not bundled: its imports resolve as an application's do. */
async function compileServers(contenders) {
  for (const { source, moduleUrl } of contenders) {
    if (!source) continue;
    await build({
      entryPoints: [fileURLToPath(source)],
      outfile: fileURLToPath(moduleUrl),
      tsconfig: `${rootDir}tsconfig.json`,
      bundle: false,
      format: 'esm',
      target: 'node20',
      logLevel: 'warning',
    });
  }
}

function run(command, cwd) {
  const { status } = spawnSync(command, {
    cwd,
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 300_000,
  });
  if (status !== 0) throw new Error(`"${command}" failed in ${basename(cwd)}`);
}
