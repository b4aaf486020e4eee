// Checks all types: the repository, and the pages of the examples, which run in browsers and know other globals.
// The argument names the compiler: typescript, or typescript7.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const [compiler = 'typescript'] = process.argv.slice(2);
const pages = readdirSync(`${root}examples`)
  .map((example) => `examples/${example}/page`)
  .filter((page) => existsSync(`${root}${page}/tsconfig.json`));

// All of them, whatever the first one says: who mends one finding wants to see the others.
const failed = ['tsconfig.json', ...pages].filter((project) => {
  const args = [`node_modules/${compiler}/bin/tsc`, '-p', project, '--noEmit'];
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status !== 0;
});
process.exitCode = failed.length > 0 ? 1 : 0;
