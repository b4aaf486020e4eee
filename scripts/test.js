// npm test: runs all tests but those of test/load, which measure and therefore run alone (npm run test:load). With
// arguments, it is jest with these.
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
    : ['--testPathIgnorePatterns=/node_modules/', '--testPathIgnorePatterns=/test/load/'];
const { status } = spawnSync(process.execPath, [...program, ...args], {
  cwd: fileURLToPath(new URL('../', import.meta.url)),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
