import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import type { Contract, Params } from '../contract/contract.js';

/** What goes along with a connection, or a function that is asked for it at each attempt to connect. */
export type AuthOption = object | (() => object | null | undefined | Promise<object | null | undefined>);

/**
 * Options of socket.io-client that `connect` passes on. `retries` is not among them: a call that was rejected would
 * be sent again behind the caller's back.
 */
export type SocketIoOptions = Partial<
  Omit<ManagerOptions & SocketOptions, 'auth' | 'retries' | 'ackTimeout'>
>;

/** Options of `connect` that every namespace has. */
export interface ConnectOptions {
  /**
   * `handshake.auth` of the server: an object, or a function that is asked again at each attempt to connect. When
   * the function throws or rejects, the attempt has failed, and another one follows.
   * @default nothing is sent
   */
  readonly auth?: AuthOption;
  /**
   * Milliseconds that a call may take, from 1 to 2147483647, waiting for the connection included.
   * @default 10000
   */
  readonly timeoutMs?: number;
  /**
   * Shape of the server's answers, as the option of the same name there.
   * @default 'envelope'
   */
  readonly reply?: 'envelope' | 'raw';
  /**
   * Options of socket.io-client itself, such as `transports`, `path` and `withCredentials`.
   * @default those of socket.io-client
   */
  readonly socket?: SocketIoOptions;
  /**
   * Whether events that arrive without a listener are warned of, once per name.
   * @default true unless `process.env.NODE_ENV` is `production`; where there is no `process`, true on loopback hosts
   */
  readonly warn?: boolean;
}

type WithParams<TNamespace extends string> = string extends TNamespace
  ? ConnectOptions & {
      /** Values of the parameters of the namespace. */
      readonly params?: Params<TNamespace>;
    }
  : ConnectOptions & {
      /** Values of the parameters of the namespace: 1 to 128 letters, digits, `_`, `.`, `~` or `-` each. */
      readonly params: Params<TNamespace>;
    };

/** Arguments of `connect` after the contract: `params` is required exactly where the namespace has parameters. */
export type ConnectArguments<TContract extends Contract> = string extends TContract['namespace']
  ? readonly [url?: string, options?: WithParams<string>]
  : Record<never, string> extends Params<TContract['namespace']>
    ? readonly [url?: string, options?: ConnectOptions & { readonly params?: never }]
    : readonly [url: string | undefined, options: WithParams<TContract['namespace']>];
