/** Milliseconds that a connection gets to enter its first namespace; Socket.IO's own default is 45 s. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Socket.IO's own default of `maxHttpBufferSize`, in bytes. */
export const MAX_HTTP_BUFFER_SIZE = 1_000_000;
/** Text about origins where none are named. */
export const SAME_HOST = 'same host';

/** Options that stand in listings. Their values may be anything: nothing has been checked yet. */
export interface ListedOptions {
  readonly origins?: unknown;
  readonly trustProxy?: unknown;
  readonly addresses?: unknown;
  readonly admission?: unknown;
  readonly tls?: unknown;
  readonly adapter?: unknown;
  readonly validateEmits: boolean;
  readonly socket: {
    readonly connectionStateRecovery?: unknown;
    readonly maxHttpBufferSize?: unknown;
    readonly connectTimeout?: unknown;
  };
}

/**
 * The options that decide who may connect and with how much, in words, for listings. What is wrong is reported
 * elsewhere, and must not throw here.
 */
export function settingsOf(options: ListedOptions): Readonly<Record<string, string>> {
  const { origins, trustProxy, addresses, admission, tls, adapter, validateEmits, socket } = options;
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

/** Returns the same words of an application without options. */
export function defaultSettings(): Readonly<Record<string, string>> {
  return settingsOf({ socket: {}, validateEmits: validatesEmits() });
}

/** Returns the default of `validateEmits`. */
export function validatesEmits(): boolean {
  return process.env['NODE_ENV'] !== 'production';
}

function maxConnectionsOf(admission: unknown): string {
  const { options } = (admission ?? {}) as { readonly options?: { readonly maxConnections?: unknown } };
  return String(options?.maxConnections);
}

function nameOf(origin: unknown): string {
  return typeof origin === 'function' ? 'a function' : String(origin);
}
