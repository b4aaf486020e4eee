import { randomUUID } from 'node:crypto';
import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import type { ReceivedAnswer, ReceivedArguments, SentArguments } from '../contract/client-events.js';
import type { Contract, Params } from '../contract/contract.js';
import type { ClientEvent, ClientToServer, ServerEvent, ServerToClient } from '../contract/events.js';
import { fillNamespace } from '../contract/namespace-name.js';
import type { Handshake, User } from '../metadata/context.js';
import { type ServerEvents, TestClient } from './test-client.js';

const USER_KEY = 'gatewire-test-user';

/** Options of the connection of a client: those of socket.io-client. */
export type TestClientOptions = Partial<ManagerOptions & SocketOptions> & {
  /**
   * Whether the client has a network of its own, for `cut()` and `blackHole()`, and connects again by itself.
   * @default false
   */
  readonly faults?: boolean;
};

/** Users of clients that the kit authenticates in the place of the application. */
export class TestUsers {
  readonly #users = new Map<string, User>();

  /** Registers a user, and returns what its clients send in `auth`. */
  add(user: User): Readonly<Record<string, string>> {
    const key = randomUUID();
    this.#users.set(key, user);
    return { [USER_KEY]: key };
  }

  /** Returns the user of a handshake; undefined leaves the decision to the auth of the application. */
  readonly find = (handshake: Handshake): User | undefined => {
    const key = handshake.auth[USER_KEY];
    return typeof key === 'string' ? this.#users.get(key) : undefined;
  };
}

/** Factory of the clients of an application under test. */
export class TestClients {
  constructor(
    private readonly users: TestUsers,
    private readonly open: (namespace: string | undefined, options: TestClientOptions) => Promise<TestClient>,
    private readonly credentials: Readonly<Record<string, string>> = {},
  ) {}

  /** Makes clients that are authenticated as this user; the auth of the application is not called. */
  as<TUser extends User>(user: TUser): TestClients {
    return new TestClients(this.users, this.open, this.users.add(user));
  }

  /**
   * Connects a client to the namespace of a contract; its events and answers are typed.
   *
   * @param contract - result of `defineContract`
   * @param options - options of socket.io-client, such as `auth`, and `params` if the namespace has parameters
   * @throws {GatewireError} the refusal, when the server refuses
   */
  connect<TContract extends Contract>(
    contract: TContract,
    options?: TestClientOptions & { readonly params?: Params<TContract['namespace']> },
  ): Promise<ContractTestClient<TContract>>;
  /**
   * Connects a client.
   *
   * @param namespace - optional when the application has one fixed namespace
   * @param options - options of socket.io-client, such as `auth`
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
    const client = await this.open(namespace, { ...options, auth });
    await client.connect();
    return client;
  }
}

/** Test client with the event types of a contract. */
export interface ContractTestClient<TContract extends Contract>
  extends Omit<TestClient, 'call' | 'emit' | 'expectNone' | 'next' | 'nextArgs'> {
  /** Sends an event, and returns its answer; see `TestClient.call`. */
  call<TEvent extends ClientEvent<TContract>>(
    event: TEvent,
    ...args: SentArguments<ClientToServer<TContract>[TEvent]>
  ): Promise<ReceivedAnswer<ClientToServer<TContract>[TEvent]>>;
  /** Sends an event without asking for an answer. */
  emit<TEvent extends ClientEvent<TContract>>(
    event: TEvent,
    ...args: SentArguments<ClientToServer<TContract>[TEvent]>
  ): void;
  /** Returns the first argument of the next event of this name; see `TestClient.next`. */
  next<TEvent extends ServerEvent<TContract>>(
    event: TEvent,
    timeoutMs?: number,
  ): Promise<ReceivedArguments<ServerToClient<TContract>[TEvent]>[0]>;
  /** Returns all arguments of the next event of this name. */
  nextArgs<TEvent extends ServerEvent<TContract>>(
    event: TEvent,
    timeoutMs?: number,
  ): Promise<ReceivedArguments<ServerToClient<TContract>[TEvent]>>;
  /** Fails when an event of this name has arrived and was not taken; see `TestClient.expectNone`. */
  expectNone(event: ServerEvent<TContract>): Promise<void>;
}
