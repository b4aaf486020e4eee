import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, ServerOptions } from 'socket.io';
import type { Logger, LogRecord } from '../base/logger.js';
import { BoundedLog } from '../base/logger.js';
import { ConnectionCount } from './connection-count.js';
import type { ConnectionLimits } from './connection-limits.js';
import { type Admission, ConnectionQueue } from './connection-queue.js';
import { originsOfCors } from './cors.js';
import { directWrites } from './direct-write.js';
import { createEngine, serveConnections } from './engine.js';
import { type Engine, findConnection } from './engineio.js';
import { dropRequest } from './handshake-memory.js';
import { HandshakePolicy, type SessionAddress } from './handshake-policy.js';
import { HttpFront } from './http-front.js';
import type { AddressFilter } from './ip-filter.js';
import { insecureOrigins, OriginCheck, type Origins } from './origins.js';
import { OUTPUT_LISTENERS } from './output-limit.js';
import type { StrictParser } from './parser.js';
import { Proxies, type TrustProxy } from './proxies.js';
import { engineOptions, type WebSocketEngine } from './websocket-engine.js';

/** Options of `createApp` that decide who reaches a namespace, and what the transport shares with its application. */
export interface TransportSettings {
  readonly origins?: Origins | undefined;
  readonly trustProxy?: TrustProxy | undefined;
  readonly addresses?: AddressFilter | undefined;
  readonly sessionAddress?: SessionAddress | undefined;
  readonly admission?: Admission | undefined;
  readonly socket?: Partial<ServerOptions> | undefined;
  readonly engine: WebSocketEngine;
  readonly dropRequest?: boolean | undefined;
  /** Name of this node, which session ids begin with. */
  readonly node?: string | undefined;
  readonly limits: ConnectionLimits;
  readonly parser: StrictParser;
  /** True when the application has set the connections of one address. */
  readonly hasAddressLimit: boolean;
  /** Time limit of functions of `origins` that return promises. */
  readonly decisionTimeoutMs: number;
  /** Answers further paths of the server, and returns whether it did; null where there are none. */
  readonly others: ((request: IncomingMessage, response: ServerResponse) => boolean) | null;
}

/** Parts that stand before a namespace. */
export interface Transport {
  readonly engine: Engine;
  readonly front: HttpFront;
}

/** Makes the transport of an application, and warns of what its options leave open. */
export function createTransport(
  io: Server,
  settings: TransportSettings,
  logger: Pick<Logger, 'warn' | 'error'>,
): Transport {
  const { trustProxy = false, addresses = null, socket = {}, admission, limits, parser } = settings;
  const isProduction = process.env['NODE_ENV'] === 'production';
  const log = new BoundedLog(logger);
  const warn = (record: LogRecord): void => log.write(record.event, record);
  const collecting = engineOptions(settings.engine, logger);
  const engine = createEngine(
    { ...socket, ...collecting },
    (error) => logger.error({ event: 'connection.allow-failed', error }),
    settings.node,
  );
  const proxies = new Proxies(trustProxy);
  const origins = settings.origins ?? originsOfCors(socket.cors);
  for (const reason of insecureOrigins(origins))
    logger.warn({ event: 'origins.insecure', option: 'origins', reason });
  if (isProduction && trustProxy === false && !settings.hasAddressLimit) {
    const reason = 'one address may take all connections; set a number, or `trustProxy` behind a proxy';
    logger.warn({ event: 'connections.unbounded', option: 'limits.connectionsPerAddress', reason });
  }
  const queue =
    admission === undefined
      ? null
      : new ConnectionQueue({
          options: admission.options,
          addressOf: (request) => proxies.addressOf(request),
          report: limits.report,
          onError: (error) => warn({ event: 'admission.priority-failed', error }),
        });
  const policy = new HandshakePolicy({
    proxies,
    addresses,
    sessionAddress: settings.sessionAddress ?? (addresses === null ? 'any' : 'same'),
    connectionOf: (id) => findConnection(engine, id),
    count: new ConnectionCount(engine, limits.limits),
    queue,
    origins: new OriginCheck(origins, !isProduction, proxies, settings.decisionTimeoutMs, (error) =>
      warn({ event: 'origins.rule-failed', error }),
    ),
    report: limits.report,
    onLookupError: (error) => warn({ event: 'address.lookup-failed', error }),
  });
  const front = new HttpFront({
    app: limits.app,
    engine,
    policy,
    throttle: limits.throttle,
    silent: limits.silent,
    path: io.path(),
    serveClient: socket.serveClient !== false,
    cors: socket.cors,
    upgrades: socket,
    others: settings.others,
  });
  serveConnections(io, engine, parser, {
    address: front.welcome,
    end: limits.closingPolls.watch,
    queue: queue?.arrive ?? null,
    request: settings.dropRequest === true ? dropRequest : null,
    limits: limits.watch,
    write: collecting.wsEngine === undefined ? null : directWrites(engine, OUTPUT_LISTENERS),
  });
  return { engine, front };
}
