import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Namespace } from 'socket.io';
import { STACK } from '../base/stack.js';
import { checkStackOf } from '../base/stack-check.js';
import type { Problem } from '../errors/boot-error.js';
import { BootError } from '../errors/boot-error.js';

/** Members of adapters that a check calls; each may be missing. */
interface CheckedAdapter {
  addAll?(id: string, rooms: Set<string>): unknown;
  broadcast?(packet: object, options: object): unknown;
  onrequest?(channel: unknown, message: Buffer): unknown;
  onMessage?(message: object): unknown;
  publish?(message: object): unknown;
  persistSession?(session: object): unknown;
  restoreSession?(pid: string, offset: string): unknown;
  doPublish?(message: object): Promise<string>;
  doPublishResponse?(requester: string, response: object): Promise<void>;
  close?(): unknown;
}

type MakeChecked = (namespace: Namespace) => CheckedAdapter;

/** Types of messages between nodes, which the adapters do not export; each is checked by its effect. */
export const CLASSIC_FETCH = STACK['@socket.io/redis-adapter'].RequestType.REMOTE_FETCH.value;
export const CLUSTER_BROADCAST = STACK['socket.io-adapter'].MessageType.BROADCAST.value;
export const CLUSTER_FETCH = STACK['socket.io-adapter'].MessageType.FETCH_SOCKETS.value;

/** Source of messages of @socket.io/cluster-adapter, by which its half in the primary knows them. */
export const CLUSTER_SOURCE = STACK['@socket.io/cluster-adapter'].Message.source.value;

/** Name that no namespace has: other nodes ignore the messages of a check. */
const NAME = 'gatewire:check';
const TO_ALL = { rooms: [], except: [] };

/**
 * Checks @socket.io/redis-adapter over classic pub/sub, on an adapter with a client that connects nowhere.
 *
 * @throws {BootError} GW_ERR_BOOT_STACK
 */
export async function checkClassicAdapter(create: (pub: object, sub: object) => MakeChecked): Promise<void> {
  const redis = new RecordingClient();
  const adapter = made(create(redis.client, redis.client));
  attempt(() => adapter.addAll?.('id', new Set(['id'])));
  attempt(() => adapter.broadcast?.(event(), { rooms: new Set(), except: new Set(), flags: {} }));
  const [channels] = (redis.calls['subscribe']?.[0] ?? []) as [string[]?];
  const fetch = { type: CLASSIC_FETCH, requestId: 'check', opts: TO_ALL };
  attempt(() => adapter.onrequest?.(channels?.[0], Buffer.from(JSON.stringify(fetch))));
  await nextTurn();
  attempt(() => adapter.close?.());
  const isAnswered = (redis.calls['publish'] ?? []).some((args) => String(args[1]).includes('handshake'));
  report(
    checkStackOf('@socket.io/redis-adapter', () => ({
      RedisAdapter: adapter,
      RequestType: { REMOTE_FETCH: isAnswered ? CLASSIC_FETCH : null },
      ClassicClient: redis.methods,
    })),
  );
}

/**
 * Checks @socket.io/redis-adapter over sharded pub/sub, as `checkClassicAdapter` does.
 *
 * @throws {BootError} GW_ERR_BOOT_STACK
 */
export async function checkShardedAdapter(create: (pub: object, sub: object) => MakeChecked): Promise<void> {
  const redis = new RecordingClient();
  const adapter = made(create(redis.client, redis.client));
  attempt(() => adapter.publish?.({ type: CLUSTER_BROADCAST, data: { opts: TO_ALL } }));
  const problems = await checkClusterMessages(adapter);
  attempt(() => adapter.close?.());
  const own = checkStackOf('@socket.io/redis-adapter', () => ({ ShardedClient: redis.methods }));
  report([...problems, ...own]);
}

/**
 * Checks @socket.io/redis-streams-adapter, as `checkClassicAdapter` does.
 *
 * @throws {BootError} GW_ERR_BOOT_STACK
 */
export async function checkStreamsAdapter(create: (client: object) => MakeChecked): Promise<void> {
  const redis = new RecordingClient();
  const adapter = made(create(redis.client));
  await nextTurn(); // it connects
  attempt(() => adapter.publish?.({ type: CLUSTER_BROADCAST, data: { opts: TO_ALL } }));
  attempt(() => adapter.publish?.({ type: CLUSTER_FETCH, data: { opts: TO_ALL } }));
  attempt(() => adapter.persistSession?.({ pid: 'check' }));
  attempt(() => adapter.restoreSession?.('check', '1-1'));
  const problems = await checkClusterMessages(adapter);
  attempt(() => adapter.close?.());
  await nextTurn(); // it disconnects
  const own = checkStackOf('@socket.io/redis-streams-adapter', () => ({ StreamsClient: redis.methods }));
  report([...problems, ...own]);
}

/**
 * Checks @socket.io/cluster-adapter in a node. The adapter of the check greets the other nodes, which ignore it.
 *
 * @throws {BootError} GW_ERR_BOOT_STACK
 */
export async function checkClusterAdapter(make: MakeChecked): Promise<void> {
  const before = new Set(process.listeners('message'));
  const adapter = made(make);
  const added = process.listeners('message').filter((listener) => !before.has(listener));
  for (const listener of added) process.off('message', listener);
  let isHeard = false;
  const { onMessage } = adapter;
  adapter.onMessage = () => {
    isHeard = true;
  };
  const greeting = { source: CLUSTER_SOURCE, nsp: NAME };
  for (const listener of added) attempt(() => listener(greeting, undefined));
  if (onMessage !== undefined) adapter.onMessage = onMessage;
  const problems = await checkClusterMessages(adapter);
  attempt(() => adapter.close?.());
  const source = isHeard ? CLUSTER_SOURCE : null;
  report([...problems, ...checkStackOf('@socket.io/cluster-adapter', () => ({ Message: { source } }))]);
}

/** Checks what an adapter shares with all adapters that extend Socket.IO's ClusterAdapter. */
async function checkClusterMessages(adapter: CheckedAdapter): Promise<readonly Problem[]> {
  const { onMessage, publish } = adapter;
  const published: object[] = [];
  const answers: object[] = [];
  const doPublish = async (message: object) => String(published.push(message));
  const doPublishResponse = async (_requester: string, answer: object) => void answers.push(answer);
  Object.assign(adapter, { doPublish, doPublishResponse });
  attempt(() => adapter.publish?.({ type: CLUSTER_BROADCAST, data: {} }));
  attempt(() => adapter.addAll?.('id', new Set(['id'])));
  const receive = (type: number, data: object): void =>
    attempt(() => adapter.onMessage?.({ uid: 'other', nsp: NAME, type, data: { opts: TO_ALL, ...data } }));
  const packet = event();
  receive(CLUSTER_BROADCAST, { packet });
  receive(CLUSTER_BROADCAST, { packet: event(), requestId: 'check' }); // is answered with the number of sockets
  const isAnswered = answers.length > 0;
  if (isAnswered) receive(CLUSTER_FETCH, { requestId: 'check' });
  await nextTurn();
  return checkStackOf('socket.io-adapter', () => ({
    ClusterAdapter: {
      onMessage,
      publish,
      doPublish: published.length > 0 ? doPublish : null,
      doPublishResponse: isAnswered ? doPublishResponse : null,
    },
    MessageType: {
      BROADCAST: packet.nsp === NAME ? CLUSTER_BROADCAST : null,
      FETCH_SOCKETS: JSON.stringify(answers).includes('handshake') ? CLUSTER_FETCH : null,
    },
  }));
}

function event(): { type: number; data: unknown[]; nsp?: string } {
  return { type: 2, data: ['event'] };
}

/** Makes an adapter; one that cannot be made has no members. */
function made(make: MakeChecked): CheckedAdapter {
  try {
    return make(namespaceStub());
  } catch {
    return {};
  }
}

/** Makes a namespace that does not exist, with one socket that is connected to no client. */
function namespaceStub(): Namespace {
  const client = { writeToEngine() {} };
  const socket = { id: 'id', rooms: [], data: {}, handshake: {}, acks: new Map(), client };
  const recovery = { maxDisconnectionDuration: 1 };
  return {
    name: NAME,
    _ids: 0,
    sockets: new Map([['id', socket]]),
    server: { encoder: { encode: () => ['2'] }, opts: { connectionStateRecovery: recovery } },
  } as unknown as Namespace;
}

/** More calls of one method than an adapter has reason for; one that asks again at once is answered no more. */
const MAX_CALLS = 20;

/** Client of Redis that connects nowhere, and records the methods that are called. It has every method. */
class RecordingClient {
  readonly calls: Record<string, unknown[][]> = {};
  /** Methods that were called, by name. */
  readonly methods: Record<string, unknown> = {};
  readonly client: object = this.#record({});
  /** The same, as an answer that may be awaited. */
  readonly #answer = this.#record(Promise.resolve(this.client));

  #record<TTarget extends object>(target: TTarget): TTarget {
    return new Proxy(target, {
      get: (_, name) => {
        const own = Reflect.get(target, name) as unknown;
        if (typeof own === 'function') return own.bind(target);
        // Without a method `then` it is no promise.
        return typeof name === 'symbol' || name === 'then' ? undefined : this.#method(name);
      },
    });
  }

  #method(name: string): unknown {
    const method = (...args: unknown[]): unknown => {
      this.methods[name] = method;
      this.calls[name] ??= [];
      if (this.calls[name].push(args) > MAX_CALLS || name === 'xRead') return new Promise(() => {});
      if (name === 'exec') return Promise.resolve([null]);
      return name === 'xRange' ? Promise.resolve([]) : this.#answer;
    };
    return method;
  }
}

/** Calls a member that may behave in any way; what it did not do is found by the check of its row. */
function attempt(run: () => unknown): void {
  try {
    Promise.resolve(run()).catch(() => {});
  } catch {
    // The rows tell.
  }
}

function report(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new BootError(problems);
}
