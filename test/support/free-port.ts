import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to clients and to servers that take any, which begin at 32768 or above: such a port
 * could be taken between the answer and its use. The same holds 10000 above, where a Redis of a cluster listens, too.
 */
const FIRST = 10_100;
/** Each worker of jest has some for itself. */
const PER_WORKER = 800;
const WORKERS = 12;

const first = FIRST + (Number(process.env['JEST_WORKER_ID'] ?? 0) % WORKERS) * PER_WORKER;
// Another run on the same machine begins somewhere else.
let asked = Math.floor(Math.random() * PER_WORKER);

/** Finds a port that nobody listens on, and that nobody is given who asks for any. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PER_WORKER; tries++) {
    const port = first + (asked++ % PER_WORKER);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${first} to ${first + PER_WORKER - 1}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port);
  try {
    await once(server, 'listening'); // rejects with what `error` is emitted with
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
