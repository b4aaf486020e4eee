// npm run test:hostile: the hostile tests of this repository, or with a URL hostile packets for a server of yours.
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const command =
  args.length === 0
    ? ['scripts/test.js', 'test/hostile']
    : ['--import', 'tsx', 'test/hostile/against-url.ts', ...args];
process.exitCode = spawnSync(process.execPath, command, { stdio: 'inherit' }).status ?? 1;
