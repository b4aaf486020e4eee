// Checks what npm would publish: its package.json (publint) and its types as users resolve them (attw).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

const CHECKS = [
  ['node_modules/publint/src/cli.js', '--strict'],
  ['node_modules/publint/src/cli.js', '--strict', 'build/create-gatewire'],
  // CommonJS projects load the package through Node's require(esm), hence no CommonJS half to check.
  ['node_modules/@arethetypeswrong/cli/dist/index.js', '--pack', '.', '--profile', 'esm-only'],
];

// All always run: who fixes one finding wants to see the other.
const failed = CHECKS.filter(
  (check) => spawnSync(process.execPath, check, { cwd: root, stdio: 'inherit' }).status !== 0,
);
process.exitCode = failed.length > 0 ? 1 : 0;
