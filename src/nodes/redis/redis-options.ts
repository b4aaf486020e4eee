import type { ConnectionOptions } from 'node:tls';
import { isLoopback } from '../../base/loopback.js';
import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { Problems } from '../../base/problems.js';
import { redactUrl, show } from '../../base/show.js';
import type { Place, Problem } from '../../errors/boot-error.js';

/** Transport of broadcasts. */
export type RedisMode = 'classic' | 'sharded' | 'streams';

/** Options of `redisAdapter`. Exactly one of `url`, `cluster` and `sentinel` is set. */
export interface RedisAdapterOptions {
  /** `redis://:password@host:6379`, or `rediss://` for TLS. */
  readonly url?: string | undefined;
  /** URLs of some nodes of a Redis Cluster, with the same user and password. */
  readonly cluster?: readonly string[];
  /** A Redis that Sentinel looks after. */
  readonly sentinel?: RedisSentinelOptions;
  /**
   * Transport of broadcasts: classic pub/sub; sharded pub/sub (Redis 7), which scales with a Redis Cluster; or a stream,
   * which also delivers messages that were sent while a node was cut off, and supports connection state recovery.
   * @default 'classic'
   */
  readonly mode?: RedisMode;
  /**
   * Beginning of every channel and key; each application that shares a Redis has another one. Letters, digits and
   * `_ . -`. The number of a database other than 0 is added to it, as databases of Redis share their channels.
   * @default 'gatewire'
   */
  readonly prefix?: string;
  /**
   * Key that nodes sign their messages with; the same on all of them.
   * @default the password of Redis
   */
  readonly secret?: string;
  /**
   * Whether messages without a signature are accepted, such as those of `@socket.io/redis-emitter` and of plain
   * Socket.IO servers. Any process that can publish in Redis can then disconnect every client.
   * @default false
   */
  readonly acceptUnsigned?: boolean;
  /**
   * Whether broadcasts of one turn of the event loop may leave as one message. `false` where plain Socket.IO servers read the
   * messages of nodes.
   * @default true
   */
  readonly batch?: boolean;
  /**
   * Time limit of a command in milliseconds, 1 to 2147483647.
   * @default 2000
   */
  readonly timeoutMs?: number;
  /**
   * Name of this node in logs and in answers of others.
   * @default host, process id and four random characters
   */
  readonly nodeName?: string;
  /** TLS options of Node, such as `ca`, for `rediss://`. */
  readonly tls?: ConnectionOptions;
  /**
   * Number of messages that the stream keeps, in the mode `streams`.
   * @default 10000
   */
  readonly streamLength?: number;
}

/** Addresses of Sentinel, and the name of the master. */
export interface RedisSentinelOptions {
  /** Name of the master. */
  readonly name: string;
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string;
  readonly password?: string;
}

/** Options with the defaults filled in. */
export interface RedisOptions extends RedisAdapterOptions {
  readonly mode: RedisMode;
  readonly prefix: string;
  readonly secret: string;
  readonly acceptUnsigned: boolean;
  readonly batch: boolean;
  readonly timeoutMs: number;
  readonly streamLength: number;
}

const PREFIX = /^[\w.-]{1,64}$/;
const MODES: readonly unknown[] = ['classic', 'sharded', 'streams'] satisfies RedisMode[];

const RULES: Readonly<Record<keyof RedisAdapterOptions, OptionRule>> = {
  url: rules.any, // checked below, with another code
  cluster: rules.list,
  sentinel: {
    accepts: (value) => {
      const { name, nodes } = Object(value) as Partial<RedisSentinelOptions>;
      return typeof name === 'string' && Array.isArray(nodes) && nodes.length > 0;
    },
    expected: "{ name: 'mymaster', nodes: [{ host, port }] }",
  },
  mode: { accepts: (value) => MODES.includes(value), expected: "'classic', 'sharded' or 'streams'" },
  prefix: {
    accepts: (value) => typeof value === 'string' && PREFIX.test(value),
    expected: '1 to 64 letters, digits, `_`, `.` or `-`',
  },
  secret: { accepts: (value) => typeof value === 'string' && value !== '', expected: 'a string' },
  acceptUnsigned: rules.boolean,
  batch: rules.boolean,
  timeoutMs: rules.milliseconds,
  nodeName: {
    accepts: (value) => typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value),
    expected: 'a name of 1 to 128 characters without spaces',
  },
  tls: rules.object,
  streamLength: rules.count,
};

/** Names the package of the plain adapter of a mode. */
export function adapterPackage(mode: RedisMode): string {
  return mode === 'streams' ? '@socket.io/redis-streams-adapter' : '@socket.io/redis-adapter';
}

/** Checks the options of `redisAdapter` against each other and those of Socket.IO. */
export function checkRedisOptions(
  given: unknown,
  socket: Readonly<Record<string, unknown>>,
  where: Place,
): { readonly options: RedisOptions; readonly problems: readonly Problem[] } {
  const problems = new Problems();
  const usable = checkOptions<RedisAdapterOptions>(given, RULES, 'redisAdapter', problems, where);
  const { url, cluster, sentinel, mode = 'classic', prefix = 'gatewire' } = usable;
  const urls: readonly unknown[] = cluster ?? (sentinel === undefined || url !== undefined ? [url] : []);
  if (urls.length === 0 && sentinel === undefined) {
    problems.add('GW_ERR_BOOT_REDIS_URL', { given: 'an empty list' }, where);
  }
  for (const one of urls) {
    if (!isRedisUrl(one)) problems.add('GW_ERR_BOOT_REDIS_URL', { given: describe(one) }, where);
  }
  if ([url, cluster, sentinel].filter((value) => value !== undefined).length > 1) {
    const args = { option: 'url', given: 'beside `cluster` or `sentinel`', expected: 'one of the three' };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
  }
  if (socket['connectionStateRecovery'] !== undefined && mode !== 'streams') {
    problems.add('GW_ERR_BOOT_REDIS_RECOVERY', { mode }, where);
  }
  if (socket['adapter'] !== undefined) {
    const args = { option: 'socket.adapter', given: 'set beside `adapter`', expected: 'one of the two' };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
  }
  const secret = usable.secret ?? passwordOf(urls[0]) ?? sentinel?.password ?? '';
  const { acceptUnsigned = false, batch = true, timeoutMs = 2_000, streamLength = 10_000 } = usable;
  const database = isRedisUrl(url) ? new URL(url).pathname.replace(/^\/0*/, '') : '';
  const name = database === '' ? prefix : `${prefix}:${database}`;
  const options = { ...usable, mode, prefix: name, secret, acceptUnsigned, batch, timeoutMs, streamLength };
  return { options, problems: problems.found };
}

/** Finds weaknesses to warn of: a Redis on another machine without a password or without TLS. */
export function weaknesses(options: RedisOptions, isEncrypted: boolean): readonly string[] {
  const { url, cluster, sentinel, secret } = options;
  const hosts =
    sentinel?.nodes.map(({ host }) => host) ??
    (cluster ?? [url as string]).map((one) => new URL(one).hostname);
  const found: string[] = [];
  if (secret === '') found.push('there is no password and no `secret`: messages of nodes can be forged');
  if (hosts.every(isLoopback)) return found;
  if (passwordOf(cluster?.[0] ?? url) === null && sentinel?.password === undefined) found.push('no password');
  if (!isEncrypted) found.push('no TLS: use rediss://');
  return found;
}

function isRedisUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, pathname, username, password } = new URL(value);
  if (!/^rediss?:$/.test(protocol) || hostname === '' || !/^\/?\d*$/.test(pathname)) return false;
  try {
    // A `%` that is meant as itself is written as `%25`.
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function passwordOf(url: unknown): string | null {
  if (!isRedisUrl(url)) return null;
  const { password } = new URL(url);
  return password === '' ? null : decodeURIComponent(password);
}

function describe(value: unknown): string {
  if (typeof value !== 'string') return show(value);
  return JSON.stringify(redactUrl(value).slice(0, 100));
}
