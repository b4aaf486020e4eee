import { type App, createAppForTests, optionsOf } from '../app/app.js';
import type { AppOptions } from '../app/options.js';
import { CallSite } from '../base/call-site.js';
import type { EmitMessage } from '../base/channels.js';
import { isReservedEvent } from '../base/reserved-names.js';
import type { Class } from '../metadata/record.js';
import { Topics } from '../metadata/topics.js';
import type { Provider } from '../plan/providers.js';
import { recipients } from '../runtime/rooms.js';
import { isEncrypted } from '../transport/primary.js';
import { Link } from './link.js';
import { checkClient, TestClient } from './test-client.js';
import { type TestClientOptions, TestClients, TestUsers } from './test-clients.js';
import { TestLog } from './test-log.js';

/** Options of `createTestApp`: those of `createApp`, and how clients connect. */
export interface TestAppOptions extends Omit<AppOptions, 'gateways' | 'logger'> {
  /**
   * Transport of all clients.
   * @default 'websocket', or the first one of `socket.transports` where that is not among them
   */
  readonly transport?: 'websocket' | 'polling';
  /** Providers that replace those of the application, in the form of `createApp`. */
  readonly rebind?: readonly Provider[];
}

/** Application on a free port, with clients. */
export interface TestApp extends AsyncDisposable {
  readonly app: App;
  /** Factory of clients; all of them are closed with the application. */
  readonly client: TestClients;
  readonly log: TestLog;
  /** Topics of the application. */
  readonly topics: Topics;
  /** Emits of targets and contexts, in order; those of raw Socket.IO sockets are not recorded. */
  readonly emits: readonly TestEmit[];
  /** URL of the application: `http://127.0.0.1:`, or `https` with `tls`, and the port. */
  readonly url: string;
  /** Returns the errors that were logged so far, so that `close` does not fail because of them. */
  takeErrors(): unknown[];
  /**
   * Closes clients and application.
   *
   * @throws {AggregateError} when the log has errors, or the process unhandled rejections, not consumed by takeErrors()
   */
  close(): Promise<void>;
}

/** One emit of the server. Without rooms, users and sockets it went to everyone in the namespace. */
export interface TestEmit {
  /** Name of the namespace instance. */
  readonly namespace: string;
  readonly event: string;
  readonly args: readonly unknown[];
  readonly rooms: readonly string[];
  /** Ids of users. */
  readonly users: readonly string[];
  /** Ids of sockets. */
  readonly sockets: readonly string[];
  /** Rooms, ids of users and ids of sockets that were left out. */
  readonly except: readonly string[];
}

/**
 * Starts gateways, or a whole application, on a free port of 127.0.0.1, with the real server and the real client.
 *
 * @param target - one class or several, or an application of `createApp`: a new application is made with its options,
 * except those that need ports, certificates or other nodes (`server`, `tls`, `health`, `adapter`)
 * @param options - options of createApp, which win over the application's own; `rebind`; the transport of the clients
 * @throws {BootError} when the application cannot start
 * @throws {TypeError} for `rebind` beside a `container`, which has bindings of its own
 * @example
 * await using test = await createTestApp(ChatGateway);
 * const ann = await test.client.as({ id: 'ann' }).connect();
 * expect(await ann.call('message:send', { text: 'hi' })).toEqual({ id: expect.any(String) });
 */
export async function createTestApp(
  target: Class | readonly Class[] | App,
  options: TestAppOptions = {},
): Promise<TestApp> {
  checkClient();
  const { transport, rebind = [], ...appOptions } = options;
  const log = new TestLog();
  const users = new TestUsers();
  const emits: TestEmit[] = [];
  const at = new CallSite(createTestApp);
  const given: AppOptions = { ...applicationOf(target), ...appOptions, logger: log };
  const wire = wireOf(given, transport);
  const app = createAppForTests(rebound(given, rebind), at, users.find);
  app.watch('gatewire:emit', (message) => {
    if (!isReservedEvent(message.event)) emits.push(describeEmit(message));
  });
  await app.listen(0, '127.0.0.1');
  process.on('unhandledRejection', log.unhandled);
  const url = `${isEncrypted(given) ? 'https' : 'http'}://127.0.0.1:${app.address?.port}`;
  const clients: TestClient[] = [];
  const open = async (
    namespace: string | undefined,
    { faults = false, ...clientOptions }: TestClientOptions,
  ): Promise<TestClient> => {
    const path = namespace ?? onlyNamespace(app);
    const link = faults ? await Link.to(app.address?.port as number) : null;
    const base = link === null ? url : url.replace(/\d+$/, String(link.port));
    const client = new TestClient(`${base}${path}`, { ...wire, ...clientOptions }, link);
    clients.push(client);
    return client;
  };
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.close()));
    await app.close();
    process.off('unhandledRejection', log.unhandled);
    const errors = log.takeErrors();
    if (errors.length > 0)
      throw new AggregateError(errors, `${errors.length} unexpected error(s) in the server`);
  };
  const closeOnce = (): Promise<void> => {
    closing ??= close();
    return closing;
  };
  return {
    app,
    client: new TestClients(users, open),
    log,
    topics: app.get(Topics),
    emits,
    url,
    takeErrors: () => log.takeErrors(),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

/** Options of `createTestApp` for one cell of the matrix. */
export interface MatrixCell {
  readonly transport: 'websocket' | 'polling';
}

const CELLS: readonly MatrixCell[] = [{ transport: 'websocket' }, { transport: 'polling' }];

/**
 * Defines the same tests for every transport, with the global `describe` of the test runner.
 *
 * @param name - subject of the tests
 * @param define - defines the tests for one cell
 * @example
 * describeMatrix('acknowledgements', (cell) => {
 *   it('carry what the handler returned', async () => {
 *     await using test = await createTestApp(EchoGateway, cell);
 *     const client = await test.client.connect();
 *     expect(await client.call('echo', 1)).toBe(1);
 *   });
 * });
 */
export function describeMatrix(name: string, define: (cell: MatrixCell) => void): void {
  const { describe } = globalThis as { describe?: (name: string, define: () => void) => void };
  if (describe === undefined)
    throw new TypeError('describeMatrix needs a test runner with a global describe()');
  for (const cell of CELLS) describe(`${name} over ${cell.transport}`, () => define(cell));
}

function applicationOf(target: Class | readonly Class[] | App): AppOptions {
  if (Array.isArray(target)) return { gateways: target };
  const options = optionsOf(target as object);
  if (options === null) return { gateways: [target as Class] };
  const { server: _server, tls: _tls, health: _health, adapter: _adapter, ...rest } = options;
  return rest;
}

/** What clients have to know of the options of the application. */
function wireOf(given: AppOptions, transport: TestAppOptions['transport']): TestClientOptions {
  const { path, parser, transports = ['websocket', 'polling'] } = given.socket ?? {};
  const [first = 'websocket'] = transports;
  const chosen = transport ?? (transports.includes('websocket') ? 'websocket' : first);
  if (!transports.includes(chosen))
    throw new TypeError(
      `\`transport\` is '${chosen}', which \`socket.transports\` of the application leaves out`,
    );
  return {
    transports: [chosen],
    ...(path !== undefined && { path }),
    ...(parser !== undefined && { parser: parser as never }),
    // Certificates of tests are those of nobody.
    ...(isEncrypted(given) && { rejectUnauthorized: false }),
  };
}

function rebound(options: AppOptions, rebind: readonly Provider[]): AppOptions {
  if (rebind.length === 0) return options;
  if (options.container !== undefined)
    throw new TypeError(
      '`rebind` is for the container of gatewire: bind it in the `container` that is given',
    );
  const replaced = new Set(rebind.map(tokenOf));
  const kept = (options.providers ?? []).filter((provider) => !replaced.has(tokenOf(provider)));
  return { ...options, providers: [...kept, ...rebind] };
}

function tokenOf(provider: Provider): unknown {
  return typeof provider === 'function' ? provider : provider.provide;
}

/** Translates stored names of rooms into those of the application. */
function describeEmit({ namespace, event, args, socketId, rooms, except }: EmitMessage): TestEmit {
  const left = recipients(except ?? []);
  return {
    namespace,
    event,
    args,
    ...recipients(socketId === undefined ? (rooms ?? []) : [socketId]),
    except: [...left.rooms, ...left.users, ...left.sockets],
  };
}

function onlyNamespace(app: App): string {
  const [first, ...others] = app.plan().namespaces;
  if (first !== undefined && others.length === 0 && first.pattern === null) return first.name;
  throw new TypeError('say which namespace to connect to: the application has several, or a pattern');
}
