// Runs the tests: first those that put load on the machine, one after the other, so that they measure their own servers;
// then all others, as many at a time as there are cores: they wait more than they compute. With arguments, it is jest.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const LOAD = ['test/load/'];
const given = process.argv.slice(2);

const runs =
  given.length > 0
    ? [given]
    : [
        ['--runInBand', ...LOAD],
        ['--maxWorkers=100%', `--testPathIgnorePatterns=${['/node_modules/', ...LOAD].join('|')}`],
      ];

// Both always run: who mends one failure wants to see the others.
const failed = runs.filter((args) => jest(args) !== 0);
process.exitCode = failed.length > 0 ? 1 : 0;

function jest(args) {
  const program = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
  ];
  return spawnSync(process.execPath, [...program, ...args], { cwd: root, stdio: 'inherit' }).status;
}
