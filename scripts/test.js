// npm test: runs all tests but those that have a command of their own: test/load measures and therefore runs alone, and
// `*.browser.test.ts` and `*.install.test.ts` take minutes of browsers and of package managers. With arguments, it is jest
// with these.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const given = process.argv.slice(2);
const program = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];
const args =
  given.length > 0
    ? given
    : ['/node_modules/', '/test/load/', '\\.(browser|install)\\.test\\.ts$'].map(
        (pattern) => `--testPathIgnorePatterns=${pattern}`,
      );
const { status } = spawnSync(process.execPath, [...program, ...args], {
  cwd: fileURLToPath(new URL('../', import.meta.url)),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
