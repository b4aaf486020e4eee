import { once } from 'node:events';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Finding, failure, ok, warning } from './finding.js';

const DEFAULT_APP_PORT = '3000';

/** Checks that the port of the application is free: PORT of the environment, else 3000. */
export async function checkPortIsFree(env: NodeJS.ProcessEnv): Promise<Finding> {
  const written = env['PORT'] || DEFAULT_APP_PORT;
  const port = Number(written);
  if (!/^\d+$/.test(written) || port > 65_535) {
    return failure('port', `PORT is ${JSON.stringify(written)}`, 'a whole number from 0 to 65535');
  }
  if (port === 0) return ok('port', 'PORT is 0, the system chooses a free one');
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
    return ok('port', `port ${port} is free`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') {
      return failure('port', `port ${port} cannot be opened: ${code}`, 'choose another one: PORT=8080');
    }
    const other = port === 65_535 ? port - 1 : port + 1;
    return warning(
      'port',
      `port ${port} is taken by another process`,
      `stop it, or take another one: PORT=${other}`,
    );
  } finally {
    server.close();
  }
}

const LIMIT_MS = 2_000;
const DEFAULT_REDIS_PORT = 6379;

/** Checks that the Redis at REDIS_URL of the environment answers; no finding when REDIS_URL is not set. */
export async function checkRedis(env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const written = env['REDIS_URL'];
  if (!written) return [];
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^rediss?:$/.test(url.protocol)) {
    return [failure('redis', 'REDIS_URL is no address of a Redis', 'REDIS_URL=redis://host:6379')];
  }
  // Host and port only: the URL may contain a password.
  const shown = `${url.hostname}:${url.port || DEFAULT_REDIS_PORT}`;
  const reason = await ping(url);
  if (reason === null) return [ok('redis', `Redis answers at ${shown}`)];
  return [failure('redis', `no Redis answers at ${shown}: ${reason}`, 'start it, or fix REDIS_URL')];
}

/** Sends PING, and returns why there is no answer of a Redis. A Redis that asks for a password has answered. */
async function ping(url: URL): Promise<string | null> {
  const socket = connectTo(url);
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data', { signal: limit })) as [Buffer];
    return /^[+-]/.test(answer.toString()) ? null : 'what answers there is no Redis';
  } catch (error) {
    if (limit.aborted) return `nothing came within ${LIMIT_MS / 1_000} s`;
    const { code, message } = error as NodeJS.ErrnoException;
    return code ?? message;
  } finally {
    socket.destroy();
  }
}

function connectTo({ protocol, hostname, port }: URL): Socket {
  const host = hostname.replace(/^\[|\]$/g, '');
  const address = { host, port: Number(port || DEFAULT_REDIS_PORT) };
  return protocol === 'rediss:' ? connectTls({ ...address, servername: host }) : connectTcp(address);
}
