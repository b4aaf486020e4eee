// The programs beyond npm that tests, examples and benchmarks run: how each is found, and how it is installed.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const RABBITMQ_LIBRARY = '/usr/lib/rabbitmq/lib';

/**
 * One row for each program. `variable` names its path and then decides alone: a wrong path must not be covered up by
 * another program of the machine. Otherwise the first of `names` on PATH is taken, or the first of `places`; with
 * `imports`, the first Python that can import these. `apt` are the packages of Debian, `elsewhere` the commands of other
 * systems.
 */
export const PROGRAMS = {
  chromium: {
    title: 'Chromium or Chrome',
    variable: 'CHROMIUM_PATH',
    // `chromium-browser` comes last: on Ubuntu it is a stub that only asks for a snap.
    names: ['chromium', 'google-chrome-stable', 'google-chrome', 'chromium-browser'],
    places: chromiumPlaces(),
    apt: ['chromium', 'fonts-liberation'],
    elsewhere: { darwin: 'brew install --cask google-chrome', win32: 'winget install Google.Chrome' },
  },
  redis: {
    title: 'redis-server',
    variable: 'REDIS_SERVER_PATH',
    names: ['redis-server'],
    apt: ['redis-server'],
    elsewhere: { darwin: 'brew install redis' },
  },
  nginx: {
    title: 'nginx',
    variable: 'NGINX_PATH',
    names: ['nginx'],
    places: ['/usr/sbin/nginx'], // only on root's PATH, as the next ones
    apt: ['nginx'],
    elsewhere: { darwin: 'brew install nginx' },
  },
  haproxy: {
    title: 'HAProxy',
    variable: 'HAPROXY_PATH',
    names: ['haproxy'],
    places: ['/usr/sbin/haproxy'],
    apt: ['haproxy'],
    elsewhere: { darwin: 'brew install haproxy' },
  },
  nats: {
    title: 'nats-server',
    variable: 'NATS_SERVER_PATH',
    names: ['nats-server'],
    places: ['/usr/sbin/nats-server'],
    apt: ['nats-server'],
    elsewhere: { darwin: 'brew install nats-server', win32: 'winget install NATSAuthors.NATSServer' },
  },
  rabbitmq: {
    title: 'rabbitmq-server',
    variable: 'RABBITMQ_SERVER_PATH',
    // The one on Debian's PATH changes to the user rabbitmq when root runs it, who may not write where the tests do.
    names: process.platform === 'linux' ? [] : ['rabbitmq-server'],
    places: rabbitmqPlaces(),
    apt: ['rabbitmq-server'],
    elsewhere: { darwin: 'brew install rabbitmq' },
  },
  epmd: {
    title: "epmd, Erlang's port mapper",
    variable: 'EPMD_PATH',
    names: ['epmd'],
    apt: ['rabbitmq-server'],
    elsewhere: { darwin: 'brew install rabbitmq' },
  },
  python: {
    title: 'Python 3',
    variable: 'PYTHON',
    names: ['python3'],
    apt: ['python3'],
    elsewhere: { darwin: 'brew install python' },
  },
  pythonSocketIo: {
    title: 'a Python with python-socketio',
    variable: 'PYTHON_SOCKETIO',
    imports: 'socketio, requests, websocket', // the last two are its transports, and optional there
    apt: ['python3-socketio', 'python3-requests', 'python3-websocket'],
    elsewhere: {
      darwin: 'python3 -m pip install "python-socketio[client]"',
      win32: 'py -m pip install "python-socketio[client]"',
    },
  },
  pythonKafka: {
    title: 'a Python with confluent-kafka',
    variable: 'PYTHON_KAFKA',
    imports: 'confluent_kafka',
    apt: ['python3-confluent-kafka'],
    elsewhere: {
      darwin: 'python3 -m pip install confluent-kafka',
      win32: 'py -m pip install confluent-kafka',
    },
  },
};

/** Returns the path of a program, or null. */
export function findProgram(name) {
  const { variable, names = [], places = [], imports } = PROGRAMS[name];
  const given = process.env[variable];
  if (imports !== undefined) {
    // Debian's own Python first: what `python3` on PATH happens to be may not see Debian's packages.
    const interpreters = given ? [given] : ['/usr/bin/python3', ...onPath('python3')];
    return interpreters.find((python) => isProgram(python) && canImport(python, imports)) ?? null;
  }
  return (given ? [given] : [...names.flatMap(onPath), ...places]).find(isProgram) ?? null;
}

/** Returns the path of a program; throws where it is missing, and says how to get it. */
export function requireProgram(name) {
  const found = findProgram(name);
  if (found === null) throw new Error(explain(name));
  return found;
}

/** The names of those that are missing. */
export function missingPrograms() {
  return Object.keys(PROGRAMS).filter((name) => findProgram(name) === null);
}

/** Says how to get a program that is missing. */
export function explain(name) {
  const { title, variable, apt, elsewhere } = PROGRAMS[name];
  const given = process.env[variable];
  if (given) return `${variable} is set to ${given}, where ${title} was not found.`;
  const command =
    elsewhere[process.platform] ??
    `node scripts/prepare-tests.js --install (as root, or: apt-get install ${apt.join(' ')})`;
  return `${title} was not found. Run\n    ${command}\nor set ${variable} to its path.`;
}

function chromiumPlaces() {
  const { PROGRAMFILES, 'PROGRAMFILES(X86)': PROGRAMFILES_X86, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32') {
    const folders = [PROGRAMFILES, PROGRAMFILES_X86, LOCALAPPDATA].filter(Boolean);
    return folders.map((folder) => `${folder}\\Google\\Chrome\\Application\\chrome.exe`);
  }
  return [
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/snap/bin/chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
}

function rabbitmqPlaces() {
  const versions = existsSync(RABBITMQ_LIBRARY) ? readdirSync(RABBITMQ_LIBRARY).sort().reverse() : [];
  return versions.map((version) => path.join(RABBITMQ_LIBRARY, version, 'sbin/rabbitmq-server'));
}

/** Where a program of this name would be, as `which` and `where` look for it. */
function onPath(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return folders.map((folder) => path.join(folder, name + suffix));
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function canImport(python, imports) {
  return spawnSync(python, ['-c', `import ${imports}`], { stdio: 'ignore' }).status === 0;
}
