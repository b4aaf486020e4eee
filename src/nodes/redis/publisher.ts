import { type Namespace, Server } from 'socket.io';
import { CallSite } from '../../base/call-site.js';
import { type Logger, loggerFrom } from '../../base/logger.js';
import { Problems, place } from '../../base/problems.js';
import { show } from '../../base/show.js';
import type { Contract, ParamsArgument } from '../../contract/contract.js';
import { fillNamespace } from '../../contract/namespace-name.js';
import type { TopicPattern } from '../../contract/topics.js';
import type { TopicOptions } from '../../decorators/topics.js';
import { BootError } from '../../errors/boot-error.js';
import type { NamespaceTarget, RemoteOptions } from '../../metadata/target.js';
import type { NamespaceTopics } from '../../metadata/topics.js';
import { compileContract, isContract } from '../../plan/contracts.js';
import { compilePublishedTopics } from '../../plan/topics.js';
import { DEFAULT_LIMITS } from '../../runtime/limits.js';
import type { AdapterHealth } from '../../runtime/remote/node-adapter.js';
import { adapterProblems, openAdapter } from '../../runtime/remote/open.js';
import { Operations } from '../../runtime/remote/operations.js';
import { Cluster } from '../../runtime/remote/peers.js';
import { Revocations } from '../../runtime/revocations.js';
import { namespacesOf, removeNamespace } from '../../runtime/socketio.js';
import { WholeNamespace } from '../../runtime/target.js';
import { Outgoing } from '../../runtime/validate.js';
import type { TopicStore } from '../../stores/topics.js';
import { topicsOf } from '../../topics/io-topics.js';
import { topicStorage } from '../../topics/topic-services.js';
import { redisAdapter } from './redis-adapter.js';
import type { RedisAdapterOptions } from './redis-options.js';

/** Number of namespace instances that are kept; creating one again is cheap. */
const MAX_INSTANCES = 1_000;

/** Options of `createPublisher`. */
export interface PublisherOptions<TContract extends Contract> {
  /** Options of Redis, with the same mode, prefix and secret as the nodes have. */
  readonly redis: RedisAdapterOptions;
  /** The contract of the namespace that is published to. */
  readonly contract: TContract;
  /**
   * How the topics of the contract are kept, by pattern: the same as `@OnSubscribe` says in the application.
   * @default the defaults of `@OnSubscribe`
   */
  readonly topics?: Readonly<Partial<Record<TopicPattern<TContract>, TopicOptions>>>;
  /**
   * Whether what is emitted is checked against the contract.
   * @default true, and false in production (NODE_ENV=production)
   */
  readonly validateEmits?: boolean;
  /**
   * Logger; `false` for none.
   * @default readable lines on standard error
   */
  readonly logger?: Logger | false;
}

/** Publisher to the clients of an application, for a process without sockets. */
export interface Publisher<TContract extends Contract> extends AsyncDisposable {
  /**
   * Targets the namespace of the contract, with rooms, users and sockets as the application has them.
   *
   * @param params - values of the parameters in its name, where it has any
   * @throws {TypeError} when a parameter is missing or unfit
   */
  namespace(...params: ParamsArgument<TContract['namespace']>): NamespaceTarget<TContract>;
  /**
   * Returns the topics of the namespace, to publish to.
   *
   * @param params - values of the parameters in its name, where it has any
   * @throws {TypeError} when a parameter is missing or unfit
   * @example
   * await publisher.topics().publish('prices/BTC', { price: 7 });
   */
  topics(...params: ParamsArgument<TContract['namespace']>): NamespaceTopics<TContract>;
  /**
   * Revokes the access of a user, in all namespaces and on all nodes.
   *
   * @returns number of sockets
   * @throws {GatewireError} INVALID_PAYLOAD when the id does not have 1 to 128 characters
   */
  revoke(userId: string, options?: RemoteOptions): Promise<number>;
  /** Health of the connection to the nodes, with counts of lost messages. */
  readonly health: AdapterHealth;
  /** Closes the connections to Redis after the last messages, which takes at most 500 ms. */
  close(): Promise<void>;
}

/**
 * Opens a publisher to the clients of an application in another process: a worker, a cron job, a web server. Running nodes
 * deliver its messages, and never send a request to this process. It waits up to 2 s for Redis and opens without it, as
 * nodes do.
 *
 * @throws {BootError} when options are wrong, with all problems
 * @example
 * const publisher = await createPublisher({ redis: { url: process.env.REDIS_URL }, contract: chat });
 * publisher.namespace().to('general').emit('message:new', { id: '1', text: 'hi' });
 * await publisher.close();
 */
export async function createPublisher<TContract extends Contract>(
  options: PublisherOptions<TContract>,
): Promise<Publisher<TContract>> {
  const where = place(new CallSite(createPublisher), 'createPublisher');
  const problems = new Problems();
  const adapter = redisAdapter(options.redis);
  problems.addAll(adapterProblems({ adapter }, where));
  const { contract, topics = {}, validateEmits = process.env['NODE_ENV'] !== 'production' } = options;
  if (!isContract(contract)) {
    const args = { option: 'contract', given: show(contract), expected: 'what defineContract returned' };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
    throw new BootError(problems.found);
  }
  const plan = compileContract(contract, problems, where);
  const published = compilePublishedTopics(contract, topics, problems, where);
  if (problems.found.length > 0) throw new BootError(problems.found);

  const logger = loggerFrom(options.logger);
  const io = new Server();
  const cluster = new Cluster(Cluster.newId(), logger, DEFAULT_LIMITS.clusterTimeoutMs, true);
  const operations = new Operations(io, cluster);
  const revocations = new Revocations(operations, logger);
  const opened = await openAdapter(adapter, io, operations, logger, {});
  if (opened === null) throw new TypeError('redisAdapter opens what it returns');
  revocations.share(opened.revocations);
  await cluster.open(opened.bus, [contract.namespace]);
  const outgoing = new Outgoing(plan, validateEmits);
  const storage = topicStorage(opened.topics as TopicStore, {
    maxValueBytes: DEFAULT_LIMITS.topicValueBytes,
    checksValues: validateEmits,
  });
  const instances = new Instances(io);
  const end = async (): Promise<void> => {
    cluster.close();
    // Not `io.close()`, which closes the engine that is absent here.
    await Promise.all(namespacesOf(io).map(({ adapter: one }) => one.close()));
    await opened.close();
  };
  let ending: Promise<void> | null = null;
  const close = (): Promise<void> => {
    ending ??= end();
    return ending;
  };
  return {
    namespace(...[params = {}]: readonly unknown[]) {
      const name = fillNamespace(contract.namespace, params as Readonly<Record<string, string>>);
      const located = {
        outgoing,
        operations,
        get nsp() {
          return instances.get(name);
        },
      };
      return new WholeNamespace(located) as unknown as NamespaceTarget<TContract>;
    },
    topics(...[params = {}]: readonly unknown[]) {
      const name = fillNamespace(contract.namespace, params as Readonly<Record<string, string>>);
      return topicsOf<TContract>(published, name, storage);
    },
    revoke: (userId, limit) => revocations.revoke(userId, limit),
    get health() {
      return opened.health();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Namespace instances that were used last. */
class Instances {
  readonly #names = new Set<string>();

  constructor(private readonly io: Server) {}

  get(name: string): Namespace {
    this.#names.delete(name);
    this.#names.add(name);
    const [oldest] = this.#names.size > MAX_INSTANCES ? this.#names : [];
    if (oldest !== undefined) {
      this.#names.delete(oldest);
      removeNamespace(this.io, this.io.of(oldest));
    }
    return this.io.of(name);
  }
}
