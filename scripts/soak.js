// npm run test:soak: one server in a process of its own, with the defaults, under a steady and mixed load. Ends with 1 when
// it holds more memory in the last minute than in the fifth, or when a call fails.
//
//   node scripts/soak.js --minutes 30
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { io } from 'socket.io-client';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const MINUTES = Number(values.minutes);
if (!Number.isInteger(MINUTES) || MINUTES < 2)
  throw new Error(`--minutes is ${values.minutes}, and not a whole number from 2 on`);
/** Minute that the last one is compared with: until then, code is compiled and pools fill. */
const BASE_MINUTE = MINUTES > 5 ? 5 : 1;
const MAX_GROWTH = 0.05;
const MINUTE_MS = 60_000;
/** Samples of a minute, of which the least counts: the others had more packets under way. */
const SAMPLES = 8;
const SAMPLE_MS = 1_000;

const CLIENTS = 60;
const ROOMS = 12;
const ACTIONS_PER_STAY = 200;
const ACK_MS = 20_000;
const CPU_SHARE = 0.25;
const TUNE_MS = 5_000;
const SHOWN_FAILURES = 10;
/** Transports by the number of the client. */
const TRANSPORTS = [['websocket'], ['polling'], ['websocket'], ['polling', 'websocket']];
const TEXT = 'a text of some length. '.repeat(8);
const BYTES = Buffer.alloc(4_096, 7);

const ACTIONS = [
  async (socket, _room, n) => ({ isWrong: (await call(socket, 'echo', { n, text: TEXT })).n !== n }),
  (socket, room) => call(socket, 'say', { room, text: TEXT }),
  async (socket) => ({ isWrong: !BYTES.equals(Buffer.from(await call(socket, 'echo', BYTES))) }),
  (socket, _room, n) => call(socket, 'join', `own ${socket.id} ${n % 5}`),
  (socket, _room, n) => call(socket, 'leave', `own ${socket.id} ${(n + 2) % 5}`),
];

const counts = { calls: 0, stays: 0, failures: 0 };
let pauseMs = 50;
let isOver = false;

const server = fork('test/fixtures/load/soak.ts', {
  execArgv: ['--expose-gc', '--import', 'tsx'],
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
server.once('exit', (code, signal) => {
  if (isOver) return;
  console.error(`the server ended with ${code ?? signal}`);
  process.exit(1);
});
const [{ port }] = await once(server, 'message');
const url = `http://127.0.0.1:${port}`;
process.exitCode = await soak();

async function soak() {
  const clients = Array.from({ length: CLIENTS }, (_, index) => live(index));
  const tuning = tune();
  const minutes = [];
  const startedAt = performance.now();
  for (let minute = 1; minute <= MINUTES; minute++) {
    const before = { ...counts, ...(await ask('cpu')) };
    const beganAt = performance.now();
    await sleep(startedAt + minute * MINUTE_MS - SAMPLES * SAMPLE_MS - beganAt);
    const load = { seconds: (performance.now() - beganAt) / 1_000, ...(await ask('cpu')) };
    minutes.push(await leastMemory());
    console.log(line(minute, minutes.at(-1), before, load));
  }
  isOver = true;
  await Promise.all([...clients, tuning]);
  server.kill();
  return judge(minutes);
}

/** One client that comes and goes, and calls in between. */
async function live(index) {
  for (let stay = 0; !isOver; stay++) {
    const socket = io(url, {
      transports: TRANSPORTS[index % TRANSPORTS.length],
      forceNew: true,
      reconnection: false,
    });
    try {
      await connected(socket);
      counts.stays++;
      await act(socket, index + stay);
    } catch (error) {
      if (!isOver) fail(`client ${index}, ${socket.io.engine?.transport.name}: ${error.message}`);
    }
    // Half of them say goodbye.
    if (stay % 2 === 0) socket.disconnect();
    else socket.io.engine?.close();
  }
}

function fail(reason) {
  if (++counts.failures <= SHOWN_FAILURES) console.error(reason);
}

async function connected(socket) {
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('connect_error', reject);
    socket.once('disconnect', (reason) => reject(new Error(reason)));
  });
}

async function act(socket, seed) {
  const room = `room ${seed % ROOMS}`;
  await call(socket, 'join', room);
  let nextAt = performance.now();
  for (let i = 0; i < ACTIONS_PER_STAY && !isOver; i++) {
    const answer = await ACTIONS[(seed + i) % ACTIONS.length](socket, room, i);
    if (answer?.isWrong) throw new Error('an answer is not what was sent');
    // By the clock, so that a server that answers sooner does not get more to do.
    nextAt += pauseMs * (0.5 + Math.random());
    await sleep(Math.max(0, nextAt - performance.now()));
  }
}

async function call(socket, event, payload) {
  counts.calls++;
  const reply = await socket.timeout(ACK_MS).emitWithAck(event, payload);
  if (!reply.ok) throw new Error(`${event} was answered with ${reply.error.code}`);
  return reply.data;
}

/** Finds the pause at which the server uses its share of one core; after the first minute the load stays as it is. */
async function tune() {
  for (let ms = 0; ms < MINUTE_MS && !isOver; ms += TUNE_MS) {
    const before = { at: performance.now(), ...(await ask('cpu')) };
    await sleep(TUNE_MS);
    const { cpuMs } = await ask('cpu');
    const share = (cpuMs - before.cpuMs) / (performance.now() - before.at);
    pauseMs = Math.max(2, pauseMs * Math.min(2, Math.max(0.5, share / CPU_SHARE)));
  }
}

async function leastMemory() {
  const least = { heapBytes: Number.POSITIVE_INFINITY, rssBytes: Number.POSITIVE_INFINITY };
  for (let i = 0; i < SAMPLES; i++) {
    await sleep(SAMPLE_MS);
    const { heapBytes, rssBytes } = await ask('memory');
    least.heapBytes = Math.min(least.heapBytes, heapBytes);
    least.rssBytes = Math.min(least.rssBytes, rssBytes);
  }
  return least;
}

async function ask(question) {
  server.send(question);
  for (;;) {
    const [answer] = await once(server, 'message');
    if (answer.question === question) return answer;
  }
}

function line(minute, { heapBytes, rssBytes }, before, { seconds, cpuMs }) {
  const rate = Math.round((counts.calls - before.calls) / seconds);
  const cpu = percent((cpuMs - before.cpuMs) / 1_000 / seconds);
  const stays = counts.stays - before.stays;
  return `minute ${minute}: heap ${mb(heapBytes)}, RSS ${mb(rssBytes)}, CPU ${cpu}, ${rate} calls/s, ${stays} connects, ${counts.failures} failures`;
}

function judge(minutes) {
  const [base, last] = [minutes[BASE_MINUTE - 1], minutes.at(-1)];
  const growth = ['heapBytes', 'rssBytes'].map((name) => last[name] / base[name] - 1);
  console.log(`since minute ${BASE_MINUTE}: heap ${percent(growth[0])}, RSS ${percent(growth[1])}`);
  return counts.failures > 0 || growth.some((share) => share > MAX_GROWTH) ? 1 : 0;
}

function mb(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}
