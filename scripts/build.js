// Builds src/ into dist/: declarations by the compiler, file by file, and JavaScript in a few bundles. The package
// create-gatewire is built beside it.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';

const root = fileURLToPath(new URL('../', import.meta.url));
// The old dist/ goes first, so that a file that was renamed does not stay in the package.
rmSync(`${root}dist`, { recursive: true, force: true });

// The compiler's own program through node: the shims in node_modules/.bin need a shell on Windows.
const { status, error } = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--emitDeclarationOnly'],
  { cwd: root, stdio: 'inherit' },
);
if (error) throw error;
if (status !== 0) process.exit(status ?? 1);

const { metafile } = await bundle(root);
// esbuild imports chunks for their side effects, too; they have none, and bundlers of applications warn of each.
for (const [file, { bytes, entryPoint }] of Object.entries(metafile.outputs)) {
  const name = `${root}${file}`;
  const code = readFileSync(name, 'utf8').replace(/^import "\.{1,2}\/[^"]+";\n/gm, '');
  // Nobody imports it now.
  if (bytes === 0 && entryPoint === undefined) rmSync(name);
  else writeFileSync(name, code);
}

// A preset is no module: jest reads it as it is.
const preset = 'testing/jest-commonjs/jest-preset.json';
cpSync(`${root}src/${preset}`, `${root}dist/${preset}`);

const { bin } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
// A linked package runs the command line program as it is.
for (const program of Object.values(bin)) chmodSync(`${root}${program}`, 0o755);

// Who bundles a package ships its licence.
const foreign = new Set(
  Object.keys(metafile.inputs).flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
);
const licences = [...foreign].sort().map((folder) => {
  const file = ['LICENSE', 'license', 'LICENSE.md'].find((name) => existsSync(`${root}${folder}/${name}`));
  if (file === undefined) throw new Error(`${folder} is bundled and has no licence`);
  return `${folder.replace('node_modules/', '')}\n\n${readFileSync(`${root}${folder}/${file}`, 'utf8').trim()}\n`;
});
writeFileSync(`${root}dist/THIRD-PARTY-LICENSES.txt`, licences.join('\n----\n\n'));

await import('./build-create.js');
