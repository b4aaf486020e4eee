import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { checkOptions, type OptionRule, rules } from '../base/options.js';
import type { Problems } from '../base/problems.js';
import type { Place } from '../errors/boot-error.js';
import type { AdapterHealth } from '../runtime/remote/node-adapter.js';
import { listen } from '../transport/listen.js';

/** State of an application: starting, serving, draining or closed. */
export type HealthStatus = 'starting' | 'ok' | 'draining' | 'closed';

/** Answer of the health endpoints, as JSON. */
export interface HealthReport {
  readonly status: HealthStatus;
  /** When the status began, in milliseconds since 1970. */
  readonly since: number;
  /** Whether this node should be given clients. */
  readonly ready: boolean;
  /** Connections that are open. */
  readonly connections: number;
  /** The way to other nodes; null without an adapter that gatewire looks after. */
  readonly adapter: AdapterHealth | null;
}

/** Tells load balancers and supervisors how a node is. */
export interface Health {
  /** Reads the health of the node. */
  report(): HealthReport;
  /**
   * Answers `/livez`: 200 as long as the process answers at all. A supervisor that restarts a process for it must not do so
   * because Redis is away.
   *
   * @example
   * server.get('/livez', app.health.livez); // Express
   */
  readonly livez: (request: IncomingMessage, response: ServerResponse) => void;
  /**
   * Answers `/readyz` with the status alone: 200 when this node should be given clients, else 503.
   *
   * @example
   * fastify.get('/readyz', (request, reply) => {
   *   reply.hijack();
   *   app.health.readyz(request.raw, reply.raw);
   * });
   */
  readonly readyz: (request: IncomingMessage, response: ServerResponse) => void;
}

/** Sources of the report. */
export interface HealthSources {
  readonly connections: () => number;
  readonly adapter: () => AdapterHealth | null;
  /** Whether a node that reaches no other is not ready. */
  readonly needsAdapter: boolean;
}

/** The health of one application. */
export class AppHealth implements Health {
  #status: HealthStatus = 'starting';
  #since = Date.now();

  constructor(private readonly sources: HealthSources) {}

  set status(status: HealthStatus) {
    if (status === this.#status) return;
    this.#status = status;
    this.#since = Date.now();
  }

  report(): HealthReport {
    const { connections, adapter: adapterOf, needsAdapter } = this.sources;
    const adapter = adapterOf();
    const reachesOthers = !needsAdapter || adapter === null || adapter.status === 'ok';
    return {
      status: this.#status,
      since: this.#since,
      ready: this.#status === 'ok' && reachesOthers,
      connections: connections(),
      adapter,
    };
  }

  // Where clients are served, anybody may ask: how many there are, and how Redis is, is none of their business.
  readonly livez = (request: IncomingMessage, response: ServerResponse): void =>
    answer(request, response, 200, { status: this.#status });

  readonly readyz = (request: IncomingMessage, response: ServerResponse): void =>
    answer(request, response, this.report().ready ? 200 : 503, { status: this.#status });
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  content: Partial<HealthReport>,
): void {
  const isAsked = request.method === 'GET' || request.method === 'HEAD';
  const text = isAsked ? JSON.stringify(content) : '';
  response.writeHead(isAsked ? status : 405, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(isAsked ? null : { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

/** Makes the handler of a port of its own. */
function withReport(health: Health, statusOf: (report: HealthReport) => number): Health['livez'] {
  return (request, response) => {
    const report = health.report();
    answer(request, response, statusOf(report), report);
  };
}

/** Endpoints that answer whether an application lives and is ready. */
export interface HealthOptions {
  /**
   * A port of its own, from 1 to 65535, which answers from the first moment of `listen()` to the last of `close()`, and
   * with the whole report; elsewhere the status is all that is told.
   * @default the application's own server, or the one that it is attached to
   */
  readonly port?: number;
  /**
   * Address of the port.
   * @default all addresses
   */
  readonly host?: string;
  /** @default '/livez' */
  readonly livePath?: string;
  /** @default '/readyz' */
  readonly readyPath?: string;
  /**
   * Whether a node that cannot reach the others is not ready. When Redis is away, no node is then.
   * @default false
   */
  readonly needsAdapter?: boolean;
}

const path: OptionRule = {
  accepts: (value) => typeof value === 'string' && /^\/[^?#\s]*$/.test(value),
  expected: "a path such as '/readyz'",
};

const HEALTH_OPTIONS: Readonly<Record<keyof HealthOptions, OptionRule>> = {
  port: {
    accepts: (value) => rules.count.accepts(value) && (value as number) <= 65_535,
    expected: 'a port from 1 to 65535',
  },
  host: rules.text,
  livePath: path,
  readyPath: path,
  needsAdapter: rules.boolean,
};

/** Checks the option `health`; what is unusable is left out. */
export function checkHealth(given: HealthOptions | undefined, problems: Problems, where: Place): void {
  if (given !== undefined) checkOptions<HealthOptions>(given, HEALTH_OPTIONS, '`health`', problems, where);
}

/** The paths at which a node says how it is. */
export class HealthEndpoints {
  readonly #paths: ReadonlyMap<string, Health['livez']>;
  #server: HttpServer | null = null;

  constructor(
    private readonly options: HealthOptions,
    health: Health,
  ) {
    const { livePath = '/livez', readyPath = '/readyz' } = options;
    const isShared = options.port === undefined;
    this.#paths = new Map([
      [livePath, isShared ? health.livez : withReport(health, () => 200)],
      [readyPath, isShared ? health.readyz : withReport(health, ({ ready }) => (ready ? 200 : 503))],
    ]);
  }

  /** Answers a request, if it is for one of the paths. @returns whether it was */
  readonly serve = (request: IncomingMessage, response: ServerResponse): boolean => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const respond = this.#paths.get(path);
    respond?.(request, response);
    return respond !== undefined;
  };

  /**
   * Listens on a port of its own, where there is one.
   *
   * @throws {BootError} when it cannot
   */
  async open(): Promise<void> {
    const { port, host } = this.options;
    if (port === undefined) return;
    const server = createServer((request, response) => {
      if (!this.serve(request, response)) response.writeHead(404).end();
    });
    await listen(server, port, host);
    this.#server = server;
  }

  /** The handler for the application's own server; null where there is a port for it. */
  get shared(): HealthEndpoints['serve'] | null {
    return this.options.port === undefined ? this.serve : null;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }
}
