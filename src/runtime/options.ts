import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Container } from 'inversify';
import type { ServerOptions } from 'socket.io';
import type { Place } from '../errors/problem.js';
import type { Auth } from '../metadata/context.js';
import type { Class } from '../metadata/record.js';
import type { Usable } from '../metadata/steps.js';
import { checkOptions, type OptionRule, rules } from '../plan/options.js';
import type { Problems } from '../plan/problems.js';
import type { Provider } from '../plan/providers.js';
import type { MapError } from './failures.js';
import type { ForeignContainer } from './injection/foreign-resolver.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import type { Logger } from './logger.js';

/** Options of `createApp`. */
export interface AppOptions {
  /** Classes decorated with `@Gateway`. */
  readonly gateways: readonly Class[];
  /** What is not a class, or must differ from the class that is asked for. */
  readonly providers?: readonly Provider[];
  /**
   * The application's own container: inversify's, or anything with `get(token)`.
   * @default one of gatewire's own, in which a class exists once and needs no registration
   */
  readonly container?: Container | ForeignContainer;
  /**
   * Who may come in, where the gateway does not say otherwise; false is everybody.
   * @default everybody
   */
  readonly auth?: Auth | false;
  /** Middleware around every connect and every event, the first one outermost. */
  readonly use?: readonly Usable[];
  /**
   * An HTTP server to attach to. It is the owner's to start and to stop, unless `listen` is told a port.
   * @default a server of the application's own
   */
  readonly server?: HttpServer | HttpsServer;
  /** Bounds of time and number. */
  readonly limits?: Partial<Limits>;
  /**
   * How acknowledgements look: `{ ok, data }`, or the bare value for clients that exist already.
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
   * Where the log goes; pino's loggers fit. false drops it.
   * @default readable lines on standard error
   */
  readonly logger?: Logger | false;
  /** Socket.IO's own options. */
  readonly socket?: Partial<ServerOptions>;
}

/** Options with the defaults filled in. */
export interface CheckedOptions extends AppOptions {
  readonly reply: 'envelope' | 'raw';
  readonly allLimits: Limits;
  readonly validateEmits: boolean;
}

const hasMethods = (value: unknown, ...names: string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

const APP_OPTIONS: Readonly<Record<keyof AppOptions, OptionRule>> = {
  gateways: { accepts: Array.isArray, expected: 'an array of classes decorated with @Gateway' },
  providers: { accepts: Array.isArray, expected: 'an array of providers' },
  container: {
    accepts: (value) => hasMethods(value, 'get'),
    expected: "inversify's Container, or an object with get(token)",
  },
  auth: rules.any, // compile() has a sentence of its own for it
  use: { accepts: Array.isArray, expected: 'an array of middleware' },
  server: {
    accepts: (value) => hasMethods(value, 'on', 'listen', 'listeners'),
    expected: 'a server of node:http or node:https',
  },
  limits: rules.object,
  reply: rules.reply,
  validateEmits: rules.boolean,
  mapError: { accepts: (value) => typeof value === 'function', expected: 'a function of the error' },
  logger: {
    accepts: (value) => value === false || hasMethods(value, 'debug', 'info', 'warn', 'error'),
    expected: 'false, or an object with debug, info, warn and error',
  },
  socket: rules.object,
};

const LIMIT_OPTIONS: Readonly<Record<keyof Limits, OptionRule>> = {
  connections: rules.count,
  connectionsPerAddress: rules.count,
  namespacesPerConnection: rules.count,
  refusalsInARow: rules.count,
  packetDepth: rules.count,
  packetKeys: rules.count,
  attachments: rules.count,
  attachmentTimeoutMs: rules.milliseconds,
  eventsPerSecond: rules.count,
  eventsBurst: rules.count,
  slowOutputBytes: rules.count,
  slowOutputMs: rules.milliseconds,
  outputBytes: rules.count,
  outputPackets: rules.count,
  namespaceInstances: rules.count,
  roomsPerSocket: rules.count,
  callsInFlight: rules.count,
  callsWaiting: rules.count,
  authTimeoutMs: rules.milliseconds,
  connectHookTimeoutMs: rules.milliseconds,
  waitingEvents: rules.count,
  handlerTimeoutMs: rules.milliseconds,
  closeTimeoutMs: rules.milliseconds,
};

/** Checks the options of an application. What is unusable is left out, so that the rest can be checked too. */
export function checkAppOptions(given: unknown, problems: Problems, where: Place): CheckedOptions {
  const options = checkOptions<AppOptions>(given, APP_OPTIONS, 'createApp', problems, where);
  const limits = checkOptions<Limits>(options.limits ?? {}, LIMIT_OPTIONS, '`limits`', problems, where);
  return {
    ...options,
    gateways: options.gateways ?? [],
    reply: options.reply ?? 'envelope',
    validateEmits: options.validateEmits ?? process.env['NODE_ENV'] !== 'production',
    allLimits: Object.freeze({ ...DEFAULT_LIMITS, ...limits }),
  };
}
