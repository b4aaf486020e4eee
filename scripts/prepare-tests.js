// Runs ahead of the tests: looks for the programs that they need beyond npm, and builds dist/, because the tests of
// examples, of the command line and of the package use what is published.
//
//   --install   first installs what is missing, with apt-get as root
//
// Without a program, tests that need it are skipped. With CI=true, a missing program is an error.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explain, missingPrograms, PROGRAMS } from './programs.js';

const APT_LIMIT_MS = 15 * 60_000;
/** Asked by Debian's packages before they start a service. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

if (process.argv.includes('--install')) install(missingPrograms());

const missing = missingPrograms();
const isError = missing.length > 0 && process.env.CI === 'true';
if (missing.length > 0) {
  const consequence = isError
    ? 'With CI=true all programs have to be there.'
    : 'Tests that need it are skipped.';
  console.error([...missing.map(explain), consequence].join('\n'));
}
const build = fileURLToPath(new URL('build.js', import.meta.url));
process.exitCode = isError ? 1 : (spawnSync(process.execPath, [build], { stdio: 'inherit' }).status ?? 1);

/** Only root may install, and only Debian and its relatives have apt-get: elsewhere the message says what to do. */
function install(missing) {
  const packages = [...new Set(missing.flatMap((name) => PROGRAMS[name].apt))];
  if (packages.length === 0 || process.getuid?.() !== 0) return;
  console.log(`installing for the tests: ${packages.join(' ')}`);
  aptGet(['update']);
  withoutServices(() => aptGet(['install', '-y', '--no-install-recommends', ...packages]));
}

/** The programs are what the tests need; a Redis on port 6379 or an nginx on port 80 would only be in the way. */
function withoutServices(run) {
  const isOurs = !existsSync(SERVICE_POLICY); // containers have one of their own
  if (isOurs) writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    run();
  } finally {
    if (isOurs) rmSync(SERVICE_POLICY);
  }
}

function aptGet(args) {
  // Another apt-get on a fresh machine is common: wait for its lock instead of failing.
  spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: APT_LIMIT_MS,
  });
}
