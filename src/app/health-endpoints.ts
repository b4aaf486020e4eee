import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { listen } from '../transport/listen.js';
import type { Health } from './health.js';
import type { HealthOptions } from './health-options.js';

/** The paths at which a node says how it is. */
export class HealthEndpoints {
  readonly #paths: ReadonlyMap<string, Health['livez']>;
  #server: HttpServer | null = null;

  constructor(
    private readonly options: HealthOptions,
    health: Health,
  ) {
    const { livePath = '/livez', readyPath = '/readyz' } = options;
    this.#paths = new Map([
      [livePath, health.livez],
      [readyPath, health.readyz],
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
