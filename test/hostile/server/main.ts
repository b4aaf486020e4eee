import type { IncomingMessage } from 'node:http';
import { createApp, GatewireError, type Logger, type LogRecord, lineLogger } from '../../../src/index.js';
import { AnswersGateway, BareAnswersGateway } from './answers.js';
import {
  AuthClassGateway,
  AuthGateway,
  AuthScopedGateway,
  ConnectStepsGateway,
  DataGateway,
  RejectingDataGateway,
} from './auth.js';
import { BadWelcomeGateway, EmitsGateway, PlainGateway, TeamGateway } from './emits.js';
import {
  BadGoodbyeGateway,
  FirstGateway,
  HooksGateway,
  LastGateway,
  MiddleGateway,
  SlowGoodbyeGateway,
  SyncHooksGateway,
} from './hooks.js';
import { failure, journal, listenToTest } from './journal.js';
import {
  AsksGateway,
  RawGateway,
  RawGoodbyeGateway,
  RawOutgoingGateway,
  RawStripsGateway,
  RawUseGateway,
} from './raw.js';
import { stateOf } from './state.js';
import { ScopedStepsGateway, StepsGateway, UnbornGateway } from './steps.js';

const lines = lineLogger((line) => void process.stdout.write(`${line}\n`), true);

/** Writes the line, and then fails: in turns by a throw and by a rejection. */
let isSync = false;
function writeAndFail(level: keyof Logger, record: LogRecord): void {
  lines[level](record);
  journal('log', {
    level,
    event: record.event,
    call: record['call'],
    code: record['code'],
    id: record['id'],
  });
  isSync = !isSync;
  if (isSync) throw failure();
  return Promise.reject(failure()) as unknown as undefined;
}

const logger: Logger = {
  debug: (record) => writeAndFail('debug', record),
  info: (record) => writeAndFail('info', record),
  warn: (record) => writeAndFail('warn', record),
  error: (record) => writeAndFail('error', record),
};

function mapError(error: unknown): GatewireError | undefined {
  if (!(error instanceof RangeError)) return undefined;
  if (error.message.includes('throws')) throw failure();
  if (error.message.includes('rejects')) return Promise.reject(failure()) as never;
  return undefined;
}

/** Socket.IO's own hook ahead of everything, which the query makes fail. */
function allowRequest(
  { url = '' }: IncomingMessage,
  done: (error: string | null | undefined, success: boolean) => void,
): void {
  const allow = /[?&]allow=([a-z]+)/.exec(url)?.[1];
  if (allow === 'throws') throw failure();
  if (allow === 'rejects') return Promise.reject(failure()) as unknown as undefined;
  if (allow === 'pending') {
    journal('pending');
    setTimeout(done, 50, null, true);
    setTimeout(journal, 60, 'decided');
  } else done(null, allow !== 'refuses');
}

const app = createApp({
  gateways: [
    PlainGateway,
    AnswersGateway,
    BareAnswersGateway,
    StepsGateway,
    ScopedStepsGateway,
    UnbornGateway,
    AuthGateway,
    AuthClassGateway,
    AuthScopedGateway,
    DataGateway,
    RejectingDataGateway,
    ConnectStepsGateway,
    HooksGateway,
    SyncHooksGateway,
    BadGoodbyeGateway,
    SlowGoodbyeGateway,
    FirstGateway,
    MiddleGateway,
    LastGateway,
    EmitsGateway,
    BadWelcomeGateway,
    TeamGateway,
    RawGateway,
    AsksGateway,
    RawGoodbyeGateway,
    RawOutgoingGateway,
    RawStripsGateway,
    RawUseGateway,
  ],
  logger,
  mapError,
  limits: {
    authTimeoutMs: 150,
    connectHookTimeoutMs: Number(process.env['HOSTILE_CONNECT_MS'] ?? 300),
    waitingEvents: 50,
    closeTimeoutMs: 400,
    ...JSON.parse(process.env['HOSTILE_LIMITS'] ?? '{}'),
  },
  socket: { allowRequest },
});

// Raw middleware and listeners of namespaces, ahead of gatewire's own.
for (const namespace of [app.io.of('/raw-use'), app.io.of(/^\/team-use\/\w+$/)]) {
  namespace.use(({ handshake }, next) => {
    if (handshake.auth['kind'] === 'throws') throw failure();
    next();
  });
  namespace.use(async ({ handshake }, next) => {
    if (handshake.auth['kind'] === 'rejects') throw failure();
    next();
  });
  namespace.on('connection', ({ handshake }) => {
    if (handshake.auth['kind'] === 'connection-throws') throw failure();
  });
  namespace.on('connection', async ({ handshake }) => {
    if (handshake.auth['kind'] === 'connection-rejects') throw failure();
  });
}

listenToTest(() => stateOf(app));
process.once('SIGTERM', () => setImmediate(journal, 'closing'));
await app.run(0, '127.0.0.1');
if (process.env['HOSTILE_MIDDLEWARE'] !== undefined) {
  // Whatever the engine does for a request now happens in a promise, and for some of them later.
  app.io.engine.use(({ url = '' }: IncomingMessage, _response: unknown, next: () => void) => {
    if (!url.includes('thinks=1')) return setImmediate(next);
    journal('pending');
    setTimeout(next, 50);
    return setTimeout(journal, 60, 'decided');
  });
}
journal('listening', { port: app.address?.port });
