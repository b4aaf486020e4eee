import { randomUUID } from 'node:crypto';
import type { Server, Socket } from 'socket.io';
import { channelLogger } from '../base/channels.js';
import type { Logger } from '../base/logger.js';
import { dropCandidate, PendingConnects, Refusal } from '../runtime/connect-gate.js';
import { Expiry } from '../runtime/expiry.js';
import { Failures } from '../runtime/failures.js';
import { InFlight } from '../runtime/in-flight.js';
import { IoEmitter } from '../runtime/io-emitter.js';
import { GatewireSocket } from '../runtime/lifecycle.js';
import { Sweeper } from '../runtime/namespace-instances.js';
import { holdSession, recoveryOptions } from '../runtime/recovery.js';
import { Operations } from '../runtime/remote/operations.js';
import { Cluster } from '../runtime/remote/peers.js';
import { Revocations } from '../runtime/revocations.js';
import { createServer } from '../runtime/server.js';
import { IoTopics } from '../topics/io-topics.js';
import { ConnectionLimits } from '../transport/connection-limits.js';
import { StrictParser } from '../transport/parser.js';
import { BeforeClose } from './close.js';
import type { CheckedOptions } from './options.js';
import { CONNECT_TIMEOUT_MS } from './settings.js';

/** Services of an application, made idle and not open. */
export interface Services {
  /** Identity of the application in the messages of channels. */
  readonly id: string;
  readonly io: Server;
  readonly logger: Logger;
  readonly failures: Failures;
  readonly calls: InFlight;
  readonly beforeClose: BeforeClose;
  readonly expiry: Expiry;
  readonly operations: Operations;
  readonly revocations: Revocations;
  readonly emitter: IoEmitter;
  readonly topics: IoTopics;
  readonly sweeper: Sweeper;
  readonly connectionLimits: ConnectionLimits;
  readonly parser: StrictParser;
}

/**
 * Makes the services of an application and the Socket.IO server that they work on.
 *
 * @param prepare - sees each socket ahead of all middleware
 */
export function createServices(options: CheckedOptions, prepare: (socket: Socket) => void): Services {
  const { mapError, socket, allLimits } = options;
  const id = Cluster.newId();
  const logger = channelLogger(id);
  const failures = new Failures(logger, mapError ?? null);
  const connectionLimits = new ConnectionLimits(
    id,
    allLimits,
    socket.maxHttpBufferSize,
    socket.connectTimeout ?? CONNECT_TIMEOUT_MS,
  );
  const parser = new StrictParser(connectionLimits);
  const ioOptions = {
    connectTimeout: CONNECT_TIMEOUT_MS,
    parser,
    ...socket,
    ...recoveryOptions(socket),
  };
  let hasWarnedOfRoom = false;
  const io = createServer(ioOptions, {
    Socket: GatewireSocket,
    pending: new PendingConnects(dropCandidate),
    prepare,
    refuse({ id: socketId, nsp }, call, error) {
      const where = { namespace: nsp.name, socketId, requestId: randomUUID(), call };
      return new Refusal(failures.report(error, where));
    },
    // Auth has half of it: what it takes too long for is answered in its own words.
    middlewareTimeoutMs: Math.min(2 * allLimits.authTimeoutMs, 2_147_483_647),
    isServed: ({ name }) => connectionLimits.admit(name) === null,
    warnOfRoom(namespace, name) {
      if (hasWarnedOfRoom || process.env['NODE_ENV'] === 'production') return;
      hasWarnedOfRoom = true;
      const reason =
        'Socket.IO takes this name for the id of a socket; rooms of gatewire have such names in their own targets';
      logger.warn({
        event: 'room.is-id',
        namespace: namespace.name,
        room: name,
        reason,
        write: `app.get(Emitter).namespace('${namespace.name}').to('${name}')`,
      });
    },
    reportAdapter: ({ name }, error) => logger.error({ event: 'adapter.failed', namespace: name, error }),
    holdSession: socket.connectionStateRecovery ? holdSession : null,
  });
  const operations = new Operations(io, new Cluster(id, logger, allLimits.clusterTimeoutMs));
  const revocations = new Revocations(operations, logger);
  return {
    id,
    io,
    logger,
    failures,
    calls: new InFlight(),
    beforeClose: new BeforeClose(),
    expiry: new Expiry(),
    operations,
    revocations,
    emitter: new IoEmitter(io, revocations),
    topics: new IoTopics(),
    sweeper: new Sweeper(io, (error) => logger.error({ event: 'namespace.sweep-failed', error })),
    connectionLimits,
    parser,
  };
}
