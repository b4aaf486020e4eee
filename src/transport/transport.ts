import type { Server, ServerOptions } from 'socket.io';
import type { Admission } from './admission.js';
import { BoundedLog, type Warn } from './bounded-log.js';
import { ConnectionCount } from './connection-count.js';
import { WaitingLine } from './connection-queue.js';
import type { Engine } from './engine.js';
import { Gate } from './handshake-policy.js';
import { Edge, type EdgeOptions } from './http-front.js';
import type { AddressFilter } from './ip-filter.js';
import { insecureOrigins, originsOfCors } from './origin-rules.js';
import { OriginCheck, type Origins } from './origins.js';
import { Proxies, type TrustProxy } from './proxies.js';
import type { Floods } from './read-throttle.js';
import type { TransportLimits } from './transport-limits.js';

/** Options of `createApp` that decide who reaches the engine. */
export interface EdgeSettings {
  readonly origins?: Origins | undefined;
  readonly trustProxy?: TrustProxy | undefined;
  readonly addresses?: AddressFilter | undefined;
  readonly admission?: Admission | undefined;
  readonly socket?: Partial<ServerOptions> | undefined;
  readonly limits: TransportLimits;
  readonly floods: Floods;
  /** For functions of `origins` that return promises. */
  readonly decisionTimeoutMs: number;
  /** Answers further paths of the server; null where there are none. */
  readonly others: EdgeOptions['others'];
}

/** Makes the edge of an application, and warns of what its options leave open. */
export function createEdge(io: Server, engine: Engine, settings: EdgeSettings, warn: Warn): Edge {
  const {
    trustProxy = false,
    addresses = null,
    socket = {},
    limits,
    floods,
    decisionTimeoutMs,
    admission,
  } = settings;
  const log = new BoundedLog(warn);
  const proxies = new Proxies(trustProxy);
  const origins = settings.origins ?? originsOfCors(socket.cors);
  for (const reason of insecureOrigins(origins))
    warn({ event: 'origins.insecure', option: 'origins', reason });
  const onError = (error: unknown): void => log.write('rule', { event: 'origins.rule-failed', error });
  const gate = new Gate({
    proxies,
    addresses,
    count: new ConnectionCount(engine, limits),
    line:
      admission === undefined
        ? null
        : new WaitingLine(engine, {
            options: admission.options,
            addressOf: (request) => proxies.addressOf(request),
            onError: (error) => log.write('priority', { event: 'admission.priority-failed', error }),
          }),
    origins: new OriginCheck(
      origins,
      process.env['NODE_ENV'] !== 'production',
      proxies,
      decisionTimeoutMs,
      onError,
    ),
    log,
  });
  return new Edge({
    engine,
    gate,
    floods,
    path: io.path(),
    serveClient: socket.serveClient !== false,
    hasCors: Boolean(socket.cors),
    others: settings.others,
  });
}
