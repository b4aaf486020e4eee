import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Finding, failure, ok } from './finding.js';

const LIMIT_MS = 2_000;
const DEFAULT_PORT = 6379;

/** Looks whether the Redis of the environment answers; nothing when REDIS_URL is not set. */
export async function checkRedis(env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const written = env['REDIS_URL'];
  if (!written) return [];
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^rediss?:$/.test(url.protocol)) {
    return [failure('redis', 'REDIS_URL is no address of a Redis', 'REDIS_URL=redis://host:6379')];
  }
  // The address without what may stand in it of a password.
  const shown = `${url.hostname}:${url.port || DEFAULT_PORT}`;
  const reason = await ask(url);
  if (reason === null) return [ok('redis', `Redis answers at ${shown}`)];
  return [failure('redis', `no Redis answers at ${shown}: ${reason}`, 'start it, or mend REDIS_URL')];
}

/** Sends PING. Any answer will do: one that asks for a password is an answer. */
async function ask(url: URL): Promise<string | null> {
  const socket = open(url);
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

function open({ protocol, hostname, port }: URL): Socket {
  const host = hostname.replace(/^\[|\]$/g, '');
  const address = { host, port: Number(port || DEFAULT_PORT) };
  return protocol === 'rediss:' ? connectTls({ ...address, servername: host }) : connectTcp(address);
}
