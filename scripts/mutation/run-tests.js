// Runs test files of a tree by jest, in the order in which they are given, and stops at the first that fails.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SEQUENCER = fileURLToPath(new URL('in-order.js', import.meta.url));
const ENVIRONMENT = fileURLToPath(new URL('first-failure.js', import.meta.url));
const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--runInBand',
  '--bail=1',
  '--forceExit',
  '--silent',
  '--testTimeout=15000',
  `--testSequencer=${SEQUENCER}`,
  `--env=${ENVIRONMENT}`,
];
/** What a failure says that a busy machine may cause, too. */
const BY_TIME = /timeout|timed out|not within|toBe(Less|Greater)Than/i;

/** What runs now; it ends with this process. */
let running = null;
process.on('exit', () => running && end(running));

/**
 * @param {string} root - folder of the tree
 * @param {readonly string[]} tests - test files, from the root
 * @param {{ limitMs: number, env?: Record<string, string> }} options - `limitMs` bounds the run
 * @returns the first failure, or null when all passed; `test` is null when it belongs to none of them, and `isByTime`
 *   says that a busy machine may be the reason, and `isLate` that it was the bound
 */
export async function runTests(root, tests, { limitMs, env = {} }) {
  const report = path.join(root, '.mutation-report.json');
  rmSync(report, { force: true });
  const child = spawn(
    process.execPath,
    [...JEST, '--json', `--outputFile=${report}`, '--runTestsByPath', ...tests],
    {
      cwd: root,
      env: { ...process.env, ...env, MUTATION_ORDER: JSON.stringify(tests) },
      stdio: 'ignore',
      detached: true,
    },
  );
  running = child;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end(child);
  }, limitMs);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  end(child); // what tests have started and a failure left running
  running = null;
  if (isLate)
    return { test: null, isByTime: true, isLate, name: `no end within ${Math.round(limitMs / 1000)} s` };
  return code === 0 ? null : firstFailure(root, report, code);
}

/** Ends the whole process group: jest and what its tests have started. */
function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}

function firstFailure(root, report, code) {
  const unknown = { test: null, isByTime: true, name: `jest ended with ${code}` };
  if (!existsSync(report)) return unknown;
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = testResults.find(({ status }) => status === 'failed');
  if (failed === undefined) return unknown;
  const test = path.relative(root, failed.name).replaceAll(path.sep, '/');
  const assertion = failed.assertionResults.find(({ status }) => status === 'failed');
  const messages = assertion?.failureMessages ?? [failed.message];
  return {
    test,
    isByTime: messages.some((text) => BY_TIME.test(text)),
    name: assertion?.fullName ?? 'does not load',
  };
}
