// Compiles what tests start as processes of their own, once for a run: each of them is one file then, which node starts
// in a third of the CPU time that tsx needs for its many files. `compiled.ts` says where they are.
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
/**
 * What is below fixtures/cli is read by the command line; it says the same of a compiled application, in half of the time.
 */
const LEFT_OUT = /^test\/fixtures\/(cli(?!\/(shop|live)\/app\.ts)|class-validator)\//;

/**
 * Compiles all of them.
 *
 * @returns {Promise<{ folder: string, remove: () => Promise<void> }>}
 */
export async function compilePrograms() {
  // In node_modules, where packages are found from.
  const cache = path.join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'gatewire-tests-'));
  await build({
    absWorkingDir: root,
    entryPoints: programs(),
    outbase: '.',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    plugins: [published, inPlace],
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames: true,
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

function programs() {
  const fixtures = readdirSync(path.join(root, 'test/fixtures'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.posix.join('test/fixtures', file.replaceAll(path.sep, '/')));
  const examples = readdirSync(path.join(root, 'examples')).flatMap((name) =>
    ['main.ts', 'node.ts'].map((file) => `examples/${name}/${file}`),
  );
  const servers = ['test/hostile/server/main.ts', 'test/product/interop/server/main.ts'];
  return [...fixtures, ...examples, ...servers].filter(
    (file) => !LEFT_OUT.test(file) && existsSync(path.join(root, file)),
  );
}

/** What imports `gatewire` gets the published package, as it would where its source is. */
const published = {
  name: 'published',
  setup({ onResolve }) {
    onResolve({ filter: /^gatewire(\/|$)/ }, ({ path: name }) => ({
      path: import.meta.resolve(name),
      external: true,
    }));
  },
};

/** What looks for a file beside itself finds it beside its source; an example looks for its page, as it does where it is deployed. */
const inPlace = {
  name: 'in place',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      if (file.startsWith(path.join(root, 'examples/'))) return null;
      const text = await readFile(file, 'utf8');
      const url = JSON.stringify(pathToFileURL(file).href);
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
    });
  },
};
