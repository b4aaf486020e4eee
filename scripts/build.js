// Compiles src/ into dist/. The old dist/ goes first, so that a file that was renamed does not stay in the package.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });

// The compiler's own program through node: the shims in node_modules/.bin need a shell on Windows.
const { status, error } = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  { cwd: root, stdio: 'inherit' },
);
if (error) throw error;

// tsc writes plain files; the command line program has to stay executable for who links the package.
const command = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(command)) chmodSync(command, 0o755);

process.exitCode = status ?? 1;
