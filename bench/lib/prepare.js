// What has to be there before the first server starts: gatewire's dist, the peers' packages, compiled decorators.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { versionIn, versionOfRoot } from './versions.js';

const rootDir = fileURLToPath(new URL('../../', import.meta.url));

/** Prepares what the chosen contenders need; throws with a sentence for the user when that is not possible. */
export function prepare(contenders) {
  if (contenders.some(({ name }) => name.startsWith('gatewire'))) buildGatewire();
  for (const contender of contenders) {
    if (contender.folder) install(contender);
    if (contender.source) compile(contender);
  }
}

/** Builds the sources as they are now, so that no old dist is measured. */
function buildGatewire() {
  if (existsSync(`${rootDir}scripts/build.js`)) run('node scripts/build.js', rootDir);
  if (existsSync(`${rootDir}dist/index.js`)) return;
  throw new Error('gatewire is not built: run "npm run build", or leave it out with --only raw,nest');
}

function install({ name, folder }) {
  if (!existsSync(new URL('node_modules', folder))) {
    console.log(`Installing ${name} once, with npm ci in bench/peers/${name}.`);
    run('npm ci --loglevel=error', fileURLToPath(folder));
  }
  const [here, there] = [versionOfRoot('socket.io'), versionIn(folder, 'socket.io')];
  if (here !== there)
    throw new Error(`socket.io is ${here} here and ${there} in bench/peers/${name}: make them equal`);
}

/** A .ts server becomes one .js file, not bundled: its imports resolve as an application's do. */
function compile({ source, moduleUrl, folder }) {
  const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), {
    fileName: fileURLToPath(source),
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: true,
      // The peers' docs ask for it, and gatewire's do not.
      emitDecoratorMetadata: folder !== undefined,
      useDefineForClassFields: false,
    },
  });
  mkdirSync(dirname(fileURLToPath(moduleUrl)), { recursive: true });
  writeFileSync(moduleUrl, outputText);
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
