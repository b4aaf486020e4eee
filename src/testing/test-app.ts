import { type App, createAppForTests, optionsOf } from '../app/app.js';
import type { AppOptions } from '../app/options.js';
import { CallSite } from '../base/call-site.js';
import { isReservedEvent } from '../base/reserved-names.js';
import type { Class } from '../metadata/record.js';
import type { Provider } from '../plan/providers.js';
import { TestClient } from './test-client.js';
import { type TestClientOptions, TestClients, TestUsers } from './test-clients.js';
import { describeEmit, type TestEmit } from './test-emits.js';
import { TestLog } from './test-log.js';

/** Options of `createTestApp`: those of `createApp`, and how clients connect. */
export interface TestAppOptions extends Omit<AppOptions, 'gateways' | 'logger'> {
  /**
   * The one transport that clients use.
   * @default 'websocket'
   */
  readonly transport?: 'websocket' | 'polling';
  /** What injection finds instead of what the application would: providers, as in `createApp`. */
  readonly rebind?: readonly Provider[];
}

/** An application on a free port, with clients. */
export interface TestApp extends AsyncDisposable {
  readonly app: App;
  /** Makes clients; all of them are closed with the application. */
  readonly client: TestClients;
  readonly log: TestLog;
  /** What targets and contexts have emitted, in order; not what raw Socket.IO sockets do. */
  readonly emits: readonly TestEmit[];
  /** `http://127.0.0.1:` and the port. */
  readonly url: string;
  /** Returns the errors that were logged so far, so that `close` does not fail because of them. */
  takeErrors(): unknown[];
  /**
   * Closes clients and application.
   *
   * @throws {AggregateError} when errors were logged, or rejections went unhandled, that nobody took
   */
  close(): Promise<void>;
}

/**
 * Starts gateways, or a whole application, on a free port of 127.0.0.1, with the real server and the real client.
 *
 * @param target - one class or several, or what `createApp` returned: a new application is made with its options, but
 * for those that need ports, certificates or other nodes of their own (`server`, `tls`, `health`, `adapter`)
 * @param options - those of createApp, which win over the application's own; `rebind`; the transport of the clients
 * @throws {BootError} when the application cannot start
 * @throws {TypeError} for `rebind` beside a `container`, whose bindings are its own
 * @example
 * await using test = await createTestApp(ChatGateway);
 * const ann = await test.client.as({ id: 'ann' }).connect();
 * expect(await ann.call('message:send', { text: 'hi' })).toEqual({ id: expect.any(String) });
 */
export async function createTestApp(
  target: Class | readonly Class[] | App,
  options: TestAppOptions = {},
): Promise<TestApp> {
  const { transport = 'websocket', rebind = [], ...appOptions } = options;
  const log = new TestLog();
  const users = new TestUsers();
  const emits: TestEmit[] = [];
  const at = new CallSite(createTestApp);
  const given: AppOptions = { ...applicationOf(target), ...appOptions, logger: log };
  const app = createAppForTests(rebound(given, rebind), at, users.find);
  app.watch('gatewire:emit', (message) => {
    if (!isReservedEvent(message.event)) emits.push(describeEmit(message));
  });
  await app.listen(0, '127.0.0.1');
  process.on('unhandledRejection', log.unhandled);
  const url = `http://127.0.0.1:${app.address?.port}`;
  const clients: TestClient[] = [];
  const open = (namespace: string | undefined, clientOptions: TestClientOptions): TestClient => {
    const path = namespace ?? onlyNamespace(app);
    const client = new TestClient(`${url}${path}`, { transports: [transport], ...clientOptions });
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
    emits,
    url,
    takeErrors: () => log.takeErrors(),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

function onlyNamespace(app: App): string {
  const [first, ...others] = app.plan().namespaces;
  if (first !== undefined && others.length === 0 && first.pattern === null) return first.name;
  throw new TypeError('say which namespace to connect to: the application has several, or a pattern');
}

function applicationOf(target: Class | readonly Class[] | App): AppOptions {
  if (Array.isArray(target)) return { gateways: target };
  const options = optionsOf(target as object);
  if (options === null) return { gateways: [target as Class] };
  const { server: _server, tls: _tls, health: _health, adapter: _adapter, ...rest } = options;
  return rest;
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
