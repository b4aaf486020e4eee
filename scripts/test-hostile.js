// npm run test:hostile: the hostile tests of this repository, or with a URL hostile packets for a server of yours.
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];
const command =
  args.length === 0
    ? [...jest, 'test/hostile', 'test/load']
    : ['--import', 'tsx', 'test/hostile/against-url.ts', ...args];
process.exitCode = spawnSync(process.execPath, command, { stdio: 'inherit' }).status ?? 1;
