// Makes the documentation site: first the pages of docs/api, out of the doc comments of what src/ exports, then all of it.
// The first argument is a command of VitePress, `build` or `dev`; what follows goes to VitePress.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const [command = 'build', ...options] = process.argv.slice(2);

// What is exported no more goes with the old pages.
rmSync(`${root}docs/api`, { recursive: true, force: true });

const STEPS = [
  ['node_modules/typedoc/bin/typedoc', '--options', 'docs/.vitepress/typedoc.json', '--logLevel', 'Warn'],
  ['node_modules/vitepress/bin/vitepress.js', command, 'docs', ...options],
];
for (const step of STEPS) {
  const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
if (command === 'build' && options.length === 0) {
  console.log('The site is in docs/.vitepress/dist; `npx vitepress preview docs` serves it.');
}
