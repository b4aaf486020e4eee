import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdapterHealth } from '../runtime/remote/node-adapter.js';

/** Where an application stands: not open yet, taking clients, seeing them off, or over. */
export type HealthStatus = 'starting' | 'ok' | 'draining' | 'closed';

/** What the health endpoints answer with, as JSON. */
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
  /** How the node is at the moment. */
  report(): HealthReport;
  /**
   * Answers `/livez`: 200 as long as the process answers at all. Whoever restarts a process for it must not do so
   * because Redis is away.
   *
   * @example
   * server.get('/livez', app.health.livez); // Express
   */
  readonly livez: (request: IncomingMessage, response: ServerResponse) => void;
  /**
   * Answers `/readyz`: 200 when this node should be given clients, else 503.
   *
   * @example
   * fastify.get('/readyz', (request, reply) => {
   *   reply.hijack();
   *   app.health.readyz(request.raw, reply.raw);
   * });
   */
  readonly readyz: (request: IncomingMessage, response: ServerResponse) => void;
}

/** What the report is made of. */
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

  readonly livez = (request: IncomingMessage, response: ServerResponse): void =>
    answer(request, response, 200, this.report());

  readonly readyz = (request: IncomingMessage, response: ServerResponse): void => {
    const report = this.report();
    answer(request, response, report.ready ? 200 : 503, report);
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  report: HealthReport,
): void {
  const isAsked = request.method === 'GET' || request.method === 'HEAD';
  const text = isAsked ? JSON.stringify(report) : '';
  response.writeHead(isAsked ? status : 405, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(isAsked ? null : { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}
