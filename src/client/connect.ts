import { io } from 'socket.io-client';
import type { Contract } from '../contract/contract.js';
import { fillNamespace } from '../contract/namespace-name.js';
import { sentArguments } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { checkEncodable, checkLimit, createApi, createCalls } from './calls.js';
import { openOthers } from './internals.js';
import { createAnswering, createWarning, isDevelopment, listen } from './listeners.js';
import { createReconnector } from './reconnect.js';
import { readException } from './replies.js';
import { createStatus } from './status.js';
import { lazyTopics } from './topic-loader.js';
import type { ConnectArguments, Connection, ConnectOptions } from './types.js';

const BASE = /^(\w+:\/\/)?[^/?#]+$/;

/** Address in place of the origin of a page, where there is no page; nothing connects to it. */
const NOWHERE = 'http://page.invalid';

type AnyOptions = ConnectOptions & { readonly params?: Readonly<Record<string, string>> };

/**
 * Connects to the namespace of a contract. The connection opens after the running code, so listeners that are added
 * right away miss no event. Namespaces of one server share a connection.
 *
 * @param contract - result of `defineContract`, or only its namespace with the contract as a type, which keeps the
 * schemas out of the bundle
 * @param rest - base of the server, such as `https://example.com`, or nothing for the origin of the page; options
 * @throws {TypeError} when a parameter of the namespace is missing or unfit, or when the url is not a base
 * @throws {RangeError} when `timeoutMs` is not a number of milliseconds that a timer can wait
 * @example
 * const room = connect<typeof chat>('/chat', 'https://example.com', { auth: () => ({ token }) });
 * room.on('message:new', ({ text }) => console.log(text));
 * const { id } = await room.call('message:send', { text: 'hi' });
 */
export function connect<TContract extends Contract>(
  contract: TContract | TContract['namespace'],
  ...rest: ConnectArguments<TContract>
): Connection<TContract> {
  const [url = '', options = {}] = rest as readonly [string?, AnyOptions?];
  const { auth, params = {}, timeoutMs = 10_000, reply, socket: own, warn = isDevelopment() } = options;
  const limitMs = checkLimit(timeoutMs);
  const namespace: unknown = (contract as Contract | undefined)?.namespace ?? contract;
  const status = createStatus();
  const socket = io(addressOf(url, namespace, params), {
    ...own,
    autoConnect: false,
    retries: 0,
    // By the time that socket.io-client asks, the reconnector exists.
    auth: (send) => queueMicrotask(() => reconnector.authenticate(send)),
  });
  openOthers(socket);
  const send = createCalls(socket, status, reply === 'raw');
  const reconnector = createReconnector(socket, status, auth);
  const warnOf = warn ? createWarning(socket) : null;
  socket.onAny((event: string, payload: unknown) => {
    reconnector.hear(event, payload);
    warnOf?.(event, payload);
  });
  // What a server renders has no page to connect from: it stays as it is, and the page connects.
  const hasServer = url !== '' || hasPage();
  if (own?.autoConnect !== false && hasServer) queueMicrotask(reconnector.open);
  const caller = (ms: number) => {
    const call = (event: string, ...args: readonly unknown[]): Promise<unknown> =>
      send({ event, args, timeoutMs: ms }, call);
    return { call };
  };
  const { call } = caller(limitMs);

  const connection = {
    socket,
    params: Object.freeze({ ...params }),
    get state() {
      return status.state;
    },
    get error() {
      return status.error;
    },
    api: createApi(send, limitMs),
    call,
    timeout: (ms: number) => caller(checkLimit(ms)),
    emit(event: string, ...args: readonly unknown[]) {
      checkEncodable(socket, args);
      socket.emit(event, ...sentArguments(args));
    },
    on: (event: string, listener: () => unknown) => listen(socket, event, listener),
    topic: lazyTopics(socket, status),
    onCall: createAnswering(socket),
    onException: (listener: (exception: object) => unknown) =>
      listen(socket, 'exception', (payload) => listener(readException(payload))),
    isError: GatewireError.is,
    subscribe: status.subscribe,
    connect: hasServer ? reconnector.connect : () => {},
    close: reconnector.close,
  };
  return connection as unknown as Connection<TContract>;
}

/**
 * Joins the base of a server and a namespace to the address that socket.io-client takes.
 *
 * @param base - such as `https://example.com`; empty for the origin of the page
 * @param namespace - such as `/chat`
 * @throws {TypeError} when the base has a path, or when `namespace` is not a namespace
 */
export function addressOf(
  base: string,
  namespace: unknown,
  params: Readonly<Record<string, unknown>> = {},
): string {
  const origin = base.replace(/\/$/, '');
  if (typeof namespace !== 'string' || namespace[0] !== '/') {
    throw new TypeError(`connect needs a contract or a namespace such as '/chat', not ${show(namespace)}`);
  }
  const filled = fillNamespace(namespace, params);
  if (origin === '' && !hasPage()) return `${NOWHERE}${filled}`;
  if (origin !== '' && !BASE.test(origin)) {
    throw new TypeError(
      `url is ${show(base)}; expected the base of a server such as 'https://example.com' (a path goes into socket.path)`,
    );
  }
  return origin + filled;
}

function hasPage(): boolean {
  return 'location' in globalThis;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
