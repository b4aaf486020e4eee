import { type CheckedOptions, CONNECT_TIMEOUT_MS, MAX_HTTP_BUFFER_SIZE } from './options.js';

/** What is said of origins where none are named. */
export const SAME_HOST = 'same host';

/**
 * The options that decide who may connect and with how much, in words, for listings. Nothing has been checked yet:
 * what is wrong is reported, and must not throw here.
 */
export function settingsOf(options: CheckedOptions): Readonly<Record<string, string>> {
  const { origins, trustProxy, addresses, admission, tls, adapter, validateEmits, socket = {} } = options;
  return Object.freeze({
    origins: origins === undefined ? SAME_HOST : [origins].flat().map(nameOf).join(', '),
    trustProxy: String(trustProxy ?? false),
    addresses: addresses === undefined ? 'all' : 'ipFilter',
    admission: admission === undefined ? 'none' : `${maxConnectionsOf(admission)} connections`,
    tls: tls === undefined ? 'none' : 'on',
    adapter: adapter === undefined ? 'one node' : 'several nodes',
    validateEmits: String(validateEmits),
    connectionStateRecovery: socket.connectionStateRecovery === undefined ? 'off' : 'on, after auth',
    'socket.maxHttpBufferSize': String(socket.maxHttpBufferSize ?? MAX_HTTP_BUFFER_SIZE),
    'socket.connectTimeout': String(socket.connectTimeout ?? CONNECT_TIMEOUT_MS),
  });
}

function maxConnectionsOf({ options }: { readonly options?: { readonly maxConnections?: number } }): string {
  return String(options?.maxConnections);
}

function nameOf(origin: unknown): string {
  return typeof origin === 'function' ? 'a function' : String(origin);
}
