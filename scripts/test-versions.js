// npm run test:versions: runs the tests on each Node version of the CI matrix, one version after the other. The versions
// are the npm packages `node`, installed once into a folder of the temporary directory. Arguments are those of jest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const workflow = readFileSync(path.join(root, '.github/workflows/ci.yml'), 'utf8');
// One list of versions: that of the workflow.
const [, list = ''] = /^ +node: \[(.*)\]$/m.exec(workflow) ?? [];
const versions = [...list.matchAll(/'([^']+)'/g)].map(([, version]) => version);
if (versions.length === 0) throw new Error('no versions in .github/workflows/ci.yml');

const failed = [];
for (const version of versions) {
  const bin = installed(version);
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  const node = path.join(bin, process.platform === 'win32' ? 'node.exe' : 'node');
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  console.log(`==> Node ${stdout.trim()}`);
  const args = ['scripts/test.js', ...process.argv.slice(2)];
  if (spawnSync(node, args, { cwd: root, env, stdio: 'inherit' }).status !== 0) failed.push(version);
}
console.log(
  failed.length === 0 ? `==> passed on ${versions.join(', ')}` : `==> failed on ${failed.join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Installs a version of Node and returns the folder of its program. */
function installed(version) {
  const folder = path.join(tmpdir(), 'gatewire-node', version);
  const bin = path.join(folder, 'node_modules', 'node', 'bin');
  if (existsSync(bin)) return bin;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  // The install script of the package fetches the program from the registry: npm may ask before it runs one.
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['install', '--no-audit', '--no-fund', '--foreground-scripts', `node@${version}`];
  const { status } = spawnSync(npm, args, {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0 || !existsSync(bin)) throw new Error(`node@${version} could not be installed`);
  return bin;
}
