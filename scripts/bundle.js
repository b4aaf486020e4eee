// Bundles the JavaScript of dist/ into few files: Node spends more time on opening a hundred small modules than on
// running them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { group } from './group.js';

/**
 * Libraries of the command line program. Bundled they are a few KB in files that only its commands read; as
 * dependencies they were seven packages for every installation of a server.
 */
const BUNDLED =
  /^(@clack\/(core|prompts)|semver\/.+|sisteransi|fast-(string-width|string-truncated-width|wrap-ansi))$/;
/**
 * CommonJS of 64 KB, which Node searches for names of exports first: that took longer than all code of gatewire. Copies of it
 * share what they keep, in a registry; inversify brings one of its own, too.
 */
const METADATA = /^reflect-metadata$/;
const bundled = {
  name: 'bundled',
  setup({ onResolve }) {
    const fileOf = (name) => ({ path: fileURLToPath(import.meta.resolve(name)) });
    onResolve({ filter: BUNDLED }, ({ path: name }) => fileOf(name));
    onResolve({ filter: METADATA }, () => fileOf('reflect-metadata/lite'));
  },
};

/**
 * Writes the files that package.json names as exports and programs.
 *
 * @param {string} root - folder that has package.json, src/ and dist/
 * @param {import('esbuild').BuildOptions} options - in addition to those of the package
 */
export async function bundle(root, options = {}) {
  const { exports, bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const outputs = [...Object.values(exports).flatMap((entry) => entry.default ?? []), ...Object.values(bin)];
  const settings = {
    absWorkingDir: root,
    entryPoints: outputs.map((file) => file.replace('./dist/', 'src/').replace(/\.js$/, '.ts')),
    outbase: 'src',
    outdir: 'dist',
    // One level below dist/, as most of src/ is below src/: files that find package.json from there still do.
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    plugins: [bundled],
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    ...options,
  };
  // Who reads what: a group needs to know it first.
  const { metafile } = await build({ ...settings, write: false });
  return build(group(settings, metafile));
}
