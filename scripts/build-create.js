// Builds the package create-gatewire into build/create-gatewire: a program of a few lines that has gatewire of the same
// version as its dependency. `npm publish` takes both folders, this one and the root.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = `${root}build/create-gatewire/`;
const { version, license, engines, keywords } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const manifest = {
  name: 'create-gatewire',
  version,
  description: 'npm create gatewire: a project that begins with one of the examples of gatewire',
  keywords,
  license,
  type: 'module',
  engines,
  files: ['index.js'],
  bin: { 'create-gatewire': './index.js' },
  exports: './index.js',
  dependencies: { gatewire: version },
};

const README = `# create-gatewire

    npm create gatewire@latest my-chat -- --template chat

This is \`gatewire new\` with the same options. Without them, it asks.
`;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
writeFileSync(`${folder}README.md`, README);
cpSync(`${root}LICENSE`, `${folder}LICENSE`);
await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/create.ts'],
  outfile: `${folder}index.js`,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
});
