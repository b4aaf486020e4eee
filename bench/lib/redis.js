// A redis-server of the benchmark's own, on a free port, with a password.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { requireProgram } from '../../scripts/programs.js';
import { withTimeLimit } from './time-limit.js';

const START_LIMIT_MS = 10_000;

/** Starts it, and resolves with its URL and what ends it. */
export async function startRedis() {
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const child = spawn(
    requireProgram('redis'),
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--requirepass',
      password,
      '--save',
      '',
      '--appendonly',
      'no',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const failed = ended.then(([code]) => Promise.reject(new Error(`redis-server ended with ${code}`)));
  failed.catch(() => {});
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    await withTimeLimit(Promise.race([isReady(child), failed]), START_LIMIT_MS, 'redis-server');
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://:${password}@127.0.0.1:${port}`, stop };
}

async function isReady({ stdout }) {
  let text = '';
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes('Ready to accept connections')) break;
  }
  stdout.resume();
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
