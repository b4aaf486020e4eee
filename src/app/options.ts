import type { Server as HttpServer } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import type { Container } from 'inversify';
import type { ServerOptions } from 'socket.io';
import { type Logger, loggerFrom } from '../base/logger.js';
import { checkOptions, type OptionRule, oneOf, rules } from '../base/options.js';
import type { Problems } from '../base/problems.js';
import type { Place } from '../errors/boot-error.js';
import type { Auth } from '../metadata/context.js';
import type { Class } from '../metadata/record.js';
import type { RoomGuard, Usable } from '../metadata/steps.js';
import type { Provider } from '../plan/providers.js';
import type { MapError } from '../runtime/failures.js';
import type { ForeignContainer } from '../runtime/injection/resolver.js';
import { DEFAULT_LIMITS, type Limits } from '../runtime/limits.js';
import type { AdapterConstructor, NodeAdapter } from '../runtime/remote/node-adapter.js';
import type { Admission } from '../transport/connection-queue.js';
import type { AddressFilter } from '../transport/ip-filter.js';
import { checkOrigins, type Origins } from '../transport/origins.js';
import { checkTrustProxy, type TrustProxy } from '../transport/proxies.js';
import type { TlsOptions } from '../transport/tls.js';
import { checkHealth, type HealthOptions } from './health.js';
import { MAX_HTTP_BUFFER_SIZE, validatesEmits } from './settings.js';
import { checkSocketOptions } from './socket-options.js';

/** Options of `createApp`. */
export interface AppOptions {
  /** Classes decorated with `@Gateway`. */
  readonly gateways: readonly Class[];
  /** Providers of values that are no class, or that differ from the class that is asked for. */
  readonly providers?: readonly Provider[];
  /**
   * The application's own container: inversify's, or anything with `get(token)`.
   * @default one of gatewire's own, in which a class exists once and needs no registration
   */
  readonly container?: Container | ForeignContainer;
  /**
   * Authenticator of gateways that name none; false lets everybody in.
   * @default everybody
   */
  readonly auth?: Auth | false;
  /**
   * Guards of rooms that clients join by `ctx.join`, in every namespace, made by `guardRoom`.
   * @default every room is open
   */
  readonly rooms?: readonly RoomGuard[];
  /** Middleware around every connect and every event, the first one outermost. */
  readonly use?: readonly Usable[];
  /**
   * An HTTP server to attach to; one of node:http2 needs `allowHTTP1`, which WebSockets go over. It is the owner's to start and to stop, unless `listen` is told a port.
   * @default a server of the application's own
   */
  readonly server?: HttpServer | HttpsServer | Http2SecureServer;
  /**
   * Certificate of the application's own server, which then speaks HTTPS; files are read again when they change.
   * @default plain HTTP
   */
  readonly tls?: TlsOptions;
  /**
   * Whose pages may connect: origins, RegExps, functions, or an array of them; `'*'` is everybody. `ws:` counts as `http:`,
   * and `wss:` as `https:`. Requests without `Origin` may, unless `Sec-Fetch-Site` names another site; outside of production, so may pages of this machine.
   * @default pages of the host that is asked for, and what `socket.cors.origin` names
   */
  readonly origins?: Origins;
  /**
   * Which proxies are believed about a client's address, host and encryption: a number of them, or a list of addresses
   * and CIDRs.
   * @default false
   */
  readonly trustProxy?: TrustProxy;
  /**
   * Which addresses may connect, made by `ipFilter`.
   * @default all
   */
  readonly addresses?: AddressFilter;
  /**
   * Addresses from which further requests of a polling session are taken, and its upgrade: `'any'`, or `'same'` for the one
   * that it began from, of IPv6 the first 64 bits. With `'same'`, a client that changes its network connects again.
   * @default 'any', and 'same' with `addresses`
   */
  readonly sessionAddress?: 'any' | 'same';
  /**
   * A waiting line for connections beyond a number, made by `admission`.
   * @default none
   */
  readonly admission?: Admission;
  /**
   * Adapter that connects this node with others: `redisAdapter({ url })` of `gatewire/redis`, or any adapter of Socket.IO's.
   * @default none: one node
   */
  readonly adapter?: NodeAdapter | AdapterConstructor;
  /**
   * Name of this node at the beginning of each session id, as in `one-…`, by which a proxy finds the node of a session:
   * 1 to 6 letters and digits.
   * @default ids do not say where they are from
   */
  readonly node?: string;
  /**
   * Answers `/livez` and `/readyz`; `{}` does so on the application's own server.
   * @default not answered
   */
  readonly health?: HealthOptions;
  /** Bounds of time and number. */
  readonly limits?: Partial<Limits>;
  /**
   * Shape of acknowledgements: `{ ok, data }`, or the bare value for clients that exist already.
   * @default 'envelope'
   */
  readonly reply?: 'envelope' | 'raw';
  /**
   * Whether what the server sends is checked against contracts. It costs a validation per emit, whatever the number of
   * receivers.
   * @default true, and false in production (NODE_ENV=production)
   */
  readonly validateEmits?: boolean;
  /** Turns errors of the application into errors for clients; undefined leaves them INTERNAL. */
  readonly mapError?: MapError;
  /**
   * Destination of the log; pino's loggers fit. false drops it.
   * @default readable lines on standard error
   */
  readonly logger?: Logger | false;
  /**
   * How messages leave over WebSockets: `'batching'` writes what a connection is sent in one turn of the event loop together,
   * `'plain'` writes each message at once, as Socket.IO does.
   * @default 'batching'
   */
  readonly engine?: 'batching' | 'plain';
  /**
   * Whether to let go of the HTTP request that a connection began with: 0.7 kB of heap for each connection over WebSocket. Of
   * `socket.request`, `method`, `url`, `headers` and `socket` are left; what middleware of `app.io.engine.use` put on it is gone,
   * such as the session of express-session.
   * @default false
   */
  readonly dropRequest?: boolean;
  /** Socket.IO's own options; few of them are refused. */
  readonly socket?: Partial<ServerOptions>;
}

/** Options with the defaults filled in. */
export interface CheckedOptions extends AppOptions {
  readonly socket: Partial<ServerOptions>;
  readonly log: Logger;
  readonly reply: 'envelope' | 'raw';
  readonly engine: 'batching' | 'plain';
  readonly allLimits: Limits;
  readonly validateEmits: boolean;
}

const hasMethods = (value: unknown, ...names: string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

const isOneOf = (value: unknown, ...types: string[]): boolean => types.includes(typeof value);

const hasPem = (value: unknown, name: string): boolean => {
  const part = (value as Record<string, unknown> | null | undefined)?.[name];
  return typeof part === 'string' || Buffer.isBuffer(part);
};

const hasInterval = (value: unknown): boolean => {
  const { reloadEveryMs } = value as { readonly reloadEveryMs?: unknown };
  return reloadEveryMs === undefined || rules.milliseconds.accepts(reloadEveryMs);
};

const APP_OPTIONS: Readonly<Record<keyof AppOptions, OptionRule>> = {
  gateways: { accepts: Array.isArray, expected: 'an array of classes decorated with @Gateway' },
  providers: { accepts: Array.isArray, expected: 'an array of providers' },
  container: {
    // typedi's Container is a class that is never instantiated.
    accepts: (value) => hasMethods(value, 'get') || (typeof value === 'function' && 'get' in value),
    expected: "inversify's Container, or an object with get(token)",
  },
  auth: rules.any, // compile() has a sentence of its own for it
  rooms: { accepts: Array.isArray, expected: 'an array of guardRoom(pattern, check)' },
  use: { accepts: Array.isArray, expected: 'an array of middleware' },
  server: {
    accepts: (value) => hasMethods(value, 'on', 'listen', 'listeners'),
    expected: 'a server of node:http, node:https, or node:http2 with allowHTTP1',
  },
  tls: {
    accepts: (value) => hasPem(value, 'key') && hasPem(value, 'cert') && hasInterval(value),
    expected:
      '{ key, cert }, each a path, or PEM as a string or Buffer, and perhaps reloadEveryMs, a number of milliseconds',
  },
  origins: {
    accepts: (value) =>
      Array.isArray(value) || value instanceof RegExp || isOneOf(value, 'string', 'function'),
    expected: "an origin such as 'https://app.example.com', a RegExp, a function, or an array of them",
  },
  trustProxy: {
    accepts: (value) =>
      value === false || Array.isArray(value) || (rules.count.accepts(value) && (value as number) <= 32),
    expected:
      "false, the number of your proxies from 1 to 32, or an array of their addresses, CIDRs and 'unix'",
  },
  addresses: { accepts: (value) => hasMethods(value, 'allows'), expected: 'ipFilter({ … })' },
  sessionAddress: oneOf('any', 'same'),
  admission: {
    accepts: (value) => rules.object.accepts(value) && Object.hasOwn(value as object, 'problems'),
    expected: 'admission({ … })',
  },
  adapter: {
    accepts: (value) => typeof value === 'function' || hasMethods(value, 'open', 'problems'),
    expected: "redisAdapter({ url }) of gatewire/redis, or an adapter of Socket.IO's",
  },
  node: {
    accepts: (value) => typeof value === 'string' && /^[A-Za-z0-9]{1,6}$/.test(value),
    expected: "a name of 1 to 6 letters and digits, such as 'one'",
  },
  health: rules.object,
  limits: rules.object,
  reply: rules.reply,
  validateEmits: rules.boolean,
  mapError: { accepts: (value) => typeof value === 'function', expected: 'a function of the error' },
  logger: {
    accepts: (value) => value === false || hasMethods(value, 'debug', 'info', 'warn', 'error'),
    expected: 'false, or an object with debug, info, warn and error',
  },
  engine: oneOf('batching', 'plain'),
  dropRequest: rules.boolean,
  socket: rules.object,
};

const LIMIT_OPTIONS: Readonly<Record<keyof Limits, OptionRule>> = {
  connections: rules.count,
  connectionsPerAddress: rules.count,
  silentConnections: rules.count,
  requestHeadTimeoutMs: rules.milliseconds,
  namespacesPerConnection: rules.count,
  authBytes: rules.count,
  refusalsInARow: rules.count,
  packetDepth: rules.count,
  packetKeys: rules.count,
  attachments: rules.count,
  attachmentTimeoutMs: rules.milliseconds,
  eventsPerSecond: rules.count,
  eventsBurst: rules.count,
  inputBytes: rules.count,
  slowOutputBytes: rules.count,
  slowOutputMs: rules.milliseconds,
  outputBytes: rules.count,
  outputPackets: rules.count,
  namespaceInstances: rules.count,
  roomsPerSocket: rules.count,
  topicsPerSocket: rules.count,
  topicValueBytes: rules.count,
  callsInFlight: rules.count,
  callsWaiting: rules.count,
  authTimeoutMs: rules.milliseconds,
  connectHookTimeoutMs: rules.milliseconds,
  waitingEvents: rules.count,
  handlerTimeoutMs: rules.milliseconds,
  clusterTimeoutMs: rules.milliseconds,
  closeTimeoutMs: rules.milliseconds,
  closeNoticeMs: rules.millisecondsFromZero,
  closeSpreadMs: rules.milliseconds,
};

/** Checks the options of an application. What is unusable is left out, so that the rest can be checked too. */
export function checkAppOptions(given: unknown, problems: Problems, where: Place): CheckedOptions {
  const options = checkOptions<AppOptions>(given, APP_OPTIONS, 'createApp', problems, where);
  const socket = checkSocketOptions(options.socket ?? {}, problems, where);
  const limits = checkOptions<Limits>(options.limits ?? {}, LIMIT_OPTIONS, '`limits`', problems, where);
  problems.addAll([
    ...checkOrigins(options.origins, where),
    ...checkTrustProxy(options.trustProxy, where),
    ...(options.addresses?.problems ?? []),
    ...(options.admission?.problems ?? []),
  ]);
  checkHealth(options.health, problems, where);
  if (options.tls !== undefined && options.server !== undefined) {
    const expected = 'one of the two: a server of your own has its own certificate';
    problems.add(
      'GW_ERR_BUILD_BAD_OPTION',
      { option: 'tls', given: 'given besides `server`', expected },
      where,
    );
  }
  return {
    ...options,
    socket,
    log: loggerFrom(options.logger),
    gateways: options.gateways ?? [],
    reply: options.reply ?? 'envelope',
    engine: options.engine ?? 'batching',
    validateEmits: options.validateEmits ?? validatesEmits(),
    allLimits: Object.freeze({
      ...DEFAULT_LIMITS,
      ...limits,
      inputBytes: inputBytesOf(limits, socket, problems, where),
    }),
  };
}

/** A packet of any size that is taken has to fit several times, or reading would stop with each. */
const PACKETS_IN_INPUT = 4;

function inputBytesOf(
  { inputBytes }: Partial<Limits>,
  { maxHttpBufferSize = MAX_HTTP_BUFFER_SIZE }: Partial<ServerOptions>,
  problems: Problems,
  where: Place,
): number {
  const least = PACKETS_IN_INPUT * maxHttpBufferSize;
  if (inputBytes === undefined) return Math.max(least, DEFAULT_LIMITS.inputBytes);
  if (inputBytes < least) {
    const expected = `at least ${least}, four times \`socket.maxHttpBufferSize\``;
    problems.add(
      'GW_ERR_BUILD_BAD_OPTION',
      { option: 'limits.inputBytes', given: String(inputBytes), expected },
      where,
    );
  }
  return inputBytes;
}
