import { io } from 'socket.io-client';
import type { Contract } from '../contract/contract.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { addressOf, fillIn } from './address.js';
import { createApi } from './api.js';
import { createCalls } from './calls.js';
import type { Connection } from './connection.js';
import { isDevelopment } from './development.js';
import { readException } from './exceptions.js';
import { openOthers } from './internals.js';
import { createLink } from './link.js';
import { createAnswering, createWarning, listen } from './listeners.js';
import type { ConnectArguments, ConnectOptions } from './options.js';
import { checkEncodable, checkTimeout } from './sending.js';
import { createStatus } from './status.js';

type AnyOptions = ConnectOptions & { readonly params?: Readonly<Record<string, string>> };

/**
 * Connects to the namespace of a contract. It opens after the running code, so that listeners which are added next to
 * it miss nothing. Namespaces of one server share a connection.
 *
 * @param contract - what `defineContract` returned, or the namespace alone with the contract as a type, which keeps
 * the schemas out of the bundle
 * @param rest - base of the server, such as `https://example.com`, or nothing for the origin of the page; options
 * @throws {TypeError} when a parameter of the namespace is missing or unfit, or when the url is no base
 * @throws {RangeError} when `timeoutMs` is no time
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
  const limitMs = checkTimeout(timeoutMs);
  const namespace: unknown = (contract as Contract | undefined)?.namespace ?? contract;
  const address = addressOf(url, fillIn(namespace, params));
  const status = createStatus();
  const socket = io(address, {
    ...own,
    autoConnect: false,
    retries: 0,
    // By the time that anyone is asked, the link is there.
    auth: (send) => queueMicrotask(() => link.authenticate(send)),
  });
  openOthers(socket);
  const send = createCalls(socket, status, reply === 'raw');
  const link = createLink(socket, status, auth);
  const warnOf = warn ? createWarning(socket) : null;
  socket.onAny((event: string, payload: unknown) => {
    link.hear(event, payload);
    warnOf?.(event, payload);
  });
  if (own?.autoConnect !== false) queueMicrotask(link.open);
  const caller = (ms: number) => ({
    call: (event: string, ...args: readonly unknown[]) => send(event, args, ms),
  });
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
    api: createApi(call),
    call,
    timeout: (ms: number) => caller(checkTimeout(ms)),
    emit(event: string, ...args: readonly unknown[]) {
      checkEncodable(socket, args);
      socket.emit(event, ...args);
    },
    on: (event: string, listener: () => unknown) => listen(socket, event, listener),
    onCall: createAnswering(socket),
    onException: (listener: (exception: object) => unknown) =>
      listen(socket, 'exception', (payload) => listener(readException(payload))),
    isError: GatewireError.is,
    subscribe: status.subscribe,
    connect: link.connect,
    close: link.close,
  };
  return connection as unknown as Connection<TContract>;
}
