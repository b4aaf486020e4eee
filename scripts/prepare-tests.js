// Runs before the tests: finds what they need beyond npm, installs it where that is possible, and builds dist/,
// because the tests of examples, of the command line and of the package use what is published.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChromium } from './find-chromium.js';
import { findNatsServer } from './find-nats-server.js';
import { findOnPath } from './find-program.js';
import { findHaproxy, findNginx } from './find-proxies.js';
import { findPythonKafka } from './find-python-kafka.js';
import { findPythonSocketIo } from './find-python-socketio.js';
import { findRabbitmqServer } from './find-rabbitmq-server.js';
import { findRedisServer } from './find-redis-server.js';

/**
 * One row for each program: `find` returns a path or null, `variable` may name the path instead, `apt` are its
 * Debian packages.
 */
const NEEDS = [
  {
    name: 'Chromium or Chrome',
    find: findChromium,
    variable: 'CHROMIUM_PATH',
    apt: ['chromium', 'fonts-liberation'],
    elsewhere: { darwin: 'brew install --cask google-chrome', win32: 'winget install Google.Chrome' },
  },
  {
    name: 'redis-server',
    find: findRedisServer,
    variable: 'REDIS_SERVER_PATH',
    apt: ['redis-server'],
    elsewhere: { darwin: 'brew install redis' },
  },
  {
    name: 'nginx',
    find: findNginx,
    variable: 'NGINX_PATH',
    apt: ['nginx'],
    elsewhere: { darwin: 'brew install nginx' },
  },
  {
    name: 'HAProxy',
    find: findHaproxy,
    variable: 'HAPROXY_PATH',
    apt: ['haproxy'],
    elsewhere: { darwin: 'brew install haproxy' },
  },
  {
    name: 'a Python with python-socketio',
    find: findPythonSocketIo,
    variable: 'PYTHON_SOCKETIO',
    apt: ['python3-socketio', 'python3-requests', 'python3-websocket'],
    elsewhere: {
      darwin: 'python3 -m pip install "python-socketio[client]"',
      win32: 'py -m pip install "python-socketio[client]"',
    },
  },
  {
    name: 'rabbitmq-server',
    find: findRabbitmqServer,
    variable: 'RABBITMQ_SERVER_PATH',
    apt: ['rabbitmq-server'],
    elsewhere: { darwin: 'brew install rabbitmq' },
  },
  {
    name: 'nats-server',
    find: findNatsServer,
    variable: 'NATS_SERVER_PATH',
    apt: ['nats-server'],
    elsewhere: { darwin: 'brew install nats-server', win32: 'winget install NATSAuthors.NATSServer' },
  },
  {
    name: 'a Python with confluent-kafka',
    find: findPythonKafka,
    variable: 'PYTHON_KAFKA',
    apt: ['python3-confluent-kafka'],
    elsewhere: {
      darwin: 'python3 -m pip install confluent-kafka',
      win32: 'py -m pip install confluent-kafka',
    },
  },
];

const APT_LIMIT_MS = 15 * 60_000;
/** Asked by Debian's packages before they start a service. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

let missing = findMissing();
const packages = missing.filter((need) => !process.env[need.variable]).flatMap((need) => need.apt);
if (packages.length > 0 && canInstall()) {
  aptInstall(packages);
  missing = findMissing();
}
if (missing.length > 0) {
  console.error(missing.map(explain).join('\n'));
  process.exitCode = 1;
} else {
  const build = fileURLToPath(new URL('build.js', import.meta.url));
  process.exitCode = spawnSync(process.execPath, [build], { stdio: 'inherit' }).status ?? 1;
}

function findMissing() {
  return NEEDS.filter((need) => need.find() === null);
}

/** Only root may install, and only Debian and its relatives have apt-get. */
function canInstall() {
  return process.getuid?.() === 0 && findOnPath(['apt-get']) !== null;
}

function aptInstall(packages) {
  console.log(`installing for the tests: ${packages.join(' ')}`);
  aptGet(['update']);
  withoutServices(() => aptGet(['install', '-y', '--no-install-recommends', ...packages]));
}

/** The programs are what the tests need; a Redis on port 6379 or an nginx on port 80 would only be in somebody's way. */
function withoutServices(install) {
  const isOurs = !existsSync(SERVICE_POLICY); // containers have one of their own
  if (isOurs) writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
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

function explain({ name, variable, apt, elsewhere }) {
  const path = process.env[variable];
  if (path) return `${variable} is set to ${path}, where the tests did not find ${name}.`;
  const command =
    elsewhere[process.platform] ?? `sudo apt-get update && sudo apt-get install -y ${apt.join(' ')}`;
  return `The tests need ${name}, which was not found. Run\n    ${command}\nor set ${variable} to its path.`;
}
