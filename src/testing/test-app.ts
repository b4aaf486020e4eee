import { type App, createAppForTests } from '../app.js';
import { CallSite } from '../metadata/call-site.js';
import type { Class } from '../metadata/record.js';
import type { AppOptions } from '../runtime/options.js';
import { TestClient } from './test-client.js';
import { type TestClientOptions, TestClients, TestUsers } from './test-clients.js';
import { TestLog } from './test-log.js';

/** Options of `createTestApp`: those of `createApp`, and how clients connect. */
export interface TestAppOptions extends Omit<AppOptions, 'gateways' | 'logger'> {
  /**
   * The one transport that clients use.
   * @default 'websocket'
   */
  readonly transport?: 'websocket' | 'polling';
}

/** An application on a free port, with clients. */
export interface TestApp extends AsyncDisposable {
  readonly app: App;
  /** Makes clients; all of them are closed with the application. */
  readonly client: TestClients;
  readonly log: TestLog;
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
 * Starts gateways on a free port of 127.0.0.1, with the real server and the real client.
 *
 * @param gateways - one class or several
 * @param options - those of createApp, and the transport of the clients
 * @throws {BootError} when the application cannot start
 * @example
 * await using test = await createTestApp(ChatGateway);
 * const ann = await test.client.as({ id: 'ann' }).connect();
 * expect(await ann.call('message:send', { text: 'hi' })).toEqual({ id: expect.any(String) });
 */
export async function createTestApp(
  gateways: Class | readonly Class[],
  options: TestAppOptions = {},
): Promise<TestApp> {
  const { transport = 'websocket', ...appOptions } = options;
  const log = new TestLog();
  const users = new TestUsers();
  const list = (Array.isArray(gateways) ? gateways : [gateways]) as readonly Class[];
  const at = new CallSite(createTestApp);
  const app = createAppForTests({ ...appOptions, gateways: list, logger: log }, at, users.find);
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
