// node scripts/test-socketio.js CHECKOUT [plain|batching]: runs the tests of Socket.IO and Engine.IO, as they stand in a checkout
// of github.com/socketio/socket.io, against the code beside them, with the batching engine in the place of ws. What the tests
// need is installed into CHECKOUT-tests: an install of the checkout itself compiles native packages, which cases for them are
// left out with.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const [checkout, engine = 'batching'] = process.argv.slice(2);
if (checkout === undefined || !['plain', 'batching'].includes(engine))
  throw new Error('usage: node scripts/test-socketio.js CHECKOUT [plain|batching]');
const folder = path.resolve(`${checkout}-tests`);

/** Packages of the checkout, each with the folder that its compiled code is in. */
const PACKAGES = { 'engine.io': 'build', 'socket.io': 'dist' };
/** Cases of Socket.IO that end the process where a native package is missing, or that compile types. */
const LEFT_OUT = ['require("./uws");'];

await prepare();
const preload = engine === 'plain' ? [] : ['--import', path.join(folder, 'preload.mjs')];
const suites = [
  { title: 'Engine.IO', cwd: 'engine.io', env: {}, files: ['engine.io', 'middlewares', 'parser', 'server'] },
  { title: 'Engine.IO, client 3', cwd: 'engine.io', env: { EIO_CLIENT: '3' }, files: ['server'] },
  { title: 'Socket.IO', cwd: 'socket.io', env: {}, files: ['index'], isTypeScript: true },
];
let failed = 0;
for (const { title, cwd, env, files, isTypeScript = false } of suites) {
  console.log(`==> ${title}, ${engine}`);
  const args = [
    path.join(folder, 'node_modules/mocha/bin/mocha.js'),
    ...(isTypeScript ? [...preload, '--import=tsx'] : []),
    // Programs that tests start take longer than 2 s on a machine that is busy.
    ...['--exit', '--reporter', 'dot', '--timeout', '20000'],
    ...files.map((name) => `test/${name}.${isTypeScript ? 'ts' : 'js'}`),
  ];
  // mocha has a process of its own for TypeScript alone, and nothing of these options reaches what tests start.
  const { status } = spawnSync(process.execPath, isTypeScript ? args : [...preload, ...args], {
    cwd: path.join(folder, cwd),
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;

async function prepare() {
  mkdirSync(folder, { recursive: true });
  for (const [name, output] of Object.entries(PACKAGES)) {
    const target = path.join(folder, name);
    cpSync(path.join(checkout, 'packages', name), target, { recursive: true });
    await compile(target, output);
  }
  const index = path.join(folder, 'socket.io/test/index.ts');
  const text = LEFT_OUT.reduce((all, one) => all.replace(one, ''), readFileSync(index, 'utf8'));
  writeFileSync(index, text);
  for (const [name, content] of [
    ['big.json', JSON.stringify(Array(20_000).fill({ id: 1, text: 'fixture' }))],
    ['big.jpg', Buffer.alloc(1_000_000, 'picture')],
  ]) {
    const file = path.join(folder, 'socket.io/test/fixtures', name);
    if (!existsSync(file)) writeFileSync(file, content); // large files may be missing in a copy
  }
  install();
  await writePreload();
}

/** Compiles the code of a package, file by file. */
async function compile(target, output) {
  const lib = path.join(target, 'lib');
  const files = readdirSync(lib, { recursive: true }).filter((file) => file.endsWith('.ts'));
  await build({
    entryPoints: files.map((file) => path.join(lib, file)),
    outdir: path.join(target, output),
    outbase: lib,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
}

function install() {
  const ownTests = readFileSync(path.join(checkout, 'package.json'), 'utf8');
  const { devDependencies } = JSON.parse(ownTests);
  const needed = [
    ...['mocha', 'expect.js', 'supertest', 'superagent', 'engine.io-client-v3', 'socket.io-client-v2'],
    ...['express-session', 'helmet', 'tsx', 'cookie'],
  ];
  const dependencies = Object.fromEntries(needed.map((name) => [name, devDependencies[name]]));
  for (const name of Object.keys(PACKAGES)) {
    const manifest = JSON.parse(readFileSync(path.join(checkout, 'packages', name, 'package.json'), 'utf8'));
    Object.assign(dependencies, manifest.dependencies);
  }
  delete dependencies['engine.io'];
  Object.assign(dependencies, { 'socket.io-client': '^4.8.0', 'engine.io-client': '^6.6.0' });
  const manifest = path.join(folder, 'package.json');
  const wanted = JSON.stringify({ private: true, dependencies }, null, 2);
  if (!existsSync(manifest) || readFileSync(manifest, 'utf8') !== wanted) {
    writeFileSync(manifest, wanted);
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const { status } = spawnSync(npm, ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
      cwd: folder,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error('the tests could not be installed');
  }
  for (const name of Object.keys(PACKAGES)) {
    const link = path.join(folder, 'node_modules', name);
    if (!existsSync(link)) symlinkSync(path.join(folder, name), link, 'junction');
  }
}

/** Engine.IO takes its default engine from what ws exports; its servers tell of connections before anything is sent. */
async function writePreload() {
  await build({
    stdin: {
      contents: `export * from './websocket.js'; export * from './direct-write.js';`,
      resolveDir: path.join(root, 'src/transport'),
    },
    outfile: path.join(folder, 'batching.mjs'),
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  const text = [
    "import { createRequire } from 'node:module';",
    "import { collectingServer, directWrites } from './batching.mjs';",
    'const require = createRequire(import.meta.url);',
    "const ws = require('ws');",
    'ws.Server = collectingServer(ws.Server);',
    "const { prototype } = require('engine.io').Server;",
    'const { emit } = prototype;',
    'prototype.emit = function (event, ...args) {',
    "  if (event === 'connection') directWrites(this, 0)(args[0], () => {});",
    '  return emit.call(this, event, ...args);',
    '};',
  ];
  writeFileSync(path.join(folder, 'preload.mjs'), text.join('\n'));
}
