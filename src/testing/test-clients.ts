import { randomUUID } from 'node:crypto';
import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import type { Contract, Params } from '../contract/contract.js';
import { fillNamespace } from '../contract/namespace-name.js';
import type { Handshake, User } from '../metadata/context.js';
import type { ContractTestClient } from './contract-client.js';
import { type ServerEvents, TestClient } from './test-client.js';

const USER_KEY = 'gatewire-test-user';

/** Options of a client's connection: those of socket.io-client. */
export type TestClientOptions = Partial<ManagerOptions & SocketOptions>;

/** Remembers which client is to be taken for which user. */
export class TestUsers {
  readonly #users = new Map<string, User>();

  /** Registers a user and returns what its clients have to send along. */
  add(user: User): Readonly<Record<string, string>> {
    const key = randomUUID();
    this.#users.set(key, user);
    return { [USER_KEY]: key };
  }

  /** The user behind a handshake; undefined leaves the decision to the application's auth. */
  readonly find = (handshake: Handshake): User | undefined => {
    const key = handshake.auth[USER_KEY];
    return typeof key === 'string' ? this.#users.get(key) : undefined;
  };
}

/** Makes clients of an application under test. */
export class TestClients {
  constructor(
    private readonly users: TestUsers,
    private readonly open: (namespace: string | undefined, options: TestClientOptions) => TestClient,
    private readonly credentials: Readonly<Record<string, string>> = {},
  ) {}

  /** Clients that the server takes for this user, whatever its auth would say. */
  as<TUser extends User>(user: TUser): TestClients {
    return new TestClients(this.users, this.open, this.users.add(user));
  }

  /**
   * Connects a client to the namespace of a contract; its events and answers are typed.
   *
   * @param contract - what `defineContract` returned
   * @param options - socket.io-client's options, such as `auth`, and `params` of the namespace where it has any
   * @throws {GatewireError} the refusal, when the server refuses
   */
  connect<TContract extends Contract>(
    contract: TContract,
    options?: TestClientOptions & { readonly params?: Params<TContract['namespace']> },
  ): Promise<ContractTestClient<TContract>>;
  /**
   * Connects a client.
   *
   * @param namespace - may be left out when the application has one fixed namespace
   * @param options - socket.io-client's options, such as `auth`
   * @throws {GatewireError} the refusal, when the server refuses
   */
  connect<TEvents extends ServerEvents = ServerEvents>(
    namespace?: string,
    options?: TestClientOptions,
  ): Promise<TestClient<TEvents>>;
  async connect(
    target?: string | Contract,
    {
      params = {},
      ...options
    }: TestClientOptions & { readonly params?: Readonly<Record<string, string>> } = {},
  ): Promise<unknown> {
    const namespace = typeof target === 'object' ? fillNamespace(target.namespace, params) : target;
    const auth = { ...(options.auth as object | undefined), ...this.credentials };
    const client = this.open(namespace, { ...options, auth });
    await client.connect();
    return client;
  }
}
