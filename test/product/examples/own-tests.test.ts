import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const LIMIT_MS = 120_000;

// They go with the example into a project that is made of it, and so are for Node's own runner.
describe.each(readdirSync('examples'))('the tests that examples/%s has of its own', (example) => {
  const folder = path.join('examples', example);
  const tests = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(folder, name));

  it('are there, and pass', async () => {
    expect(tests).not.toEqual([]);
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--test', ...tests], {
      timeout: LIMIT_MS,
    }).catch((error) => error);
    expect(stdout).toMatch(/# fail 0\b/);
  });
});
