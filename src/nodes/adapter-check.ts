import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Namespace } from 'socket.io';
import { STACK } from '../base/stack.js';
import { checkStackOf } from '../base/stack-check.js';
import { BootError, type Problem } from '../errors/boot-error.js';

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

const CHANNEL_NAME = STACK['@socket.io/redis-streams-adapter'].Channel.name.value;

/** Name of the channel of a namespace in the mode `streams`, behind the prefix. */
export function streamsChannel(namespace: string): string {
  return `${CHANNEL_NAME}${namespace}${CHANNEL_NAME}`;
}

/** Name that no namespace has: other nodes ignore the messages of a check. */
const NAME = 'gatewire:check';
const TO_ALL = { rooms: [], except: [] };

/** Check of the members of an adapter, on one that belongs to no connection. */
export interface AdapterCheck {
  /** Problems that are found at once. */
  readonly problems: readonly Problem[];
  /**
   * Waits for what an adapter does in a later turn.
   *
   * @throws {BootError} GW_ERR_BOOT_STACK
   */
  finish(): Promise<void>;
}

/** Checks @socket.io/redis-adapter over classic pub/sub, with a client that connects nowhere. */
export function checkClassicAdapter(create: (pub: object, sub: object) => MakeChecked): AdapterCheck {
  const name = '@socket.io/redis-adapter';
  const redis = new RecordingClient();
  const adapter = made(create(redis.client, redis.client));
  attempt(() => adapter.addAll?.('id', new Set(['id'])));
  attempt(() => adapter.broadcast?.(event(), { rooms: new Set(), except: new Set(), flags: {} }));
  const [channels] = (redis.calls['subscribe']?.[0] ?? []) as [string[]?];
  const fetch = { type: CLASSIC_FETCH, requestId: 'check', opts: TO_ALL };
  attempt(() => adapter.onrequest?.(channels?.[0], Buffer.from(JSON.stringify(fetch))));
  attempt(() => adapter.close?.());
  const problems = checkStackOf(name, () => ({ RedisAdapter: adapter, ClassicClient: redis.methods }));
  return inTwoParts(problems, () => {
    const isAnswered = (redis.calls['publish'] ?? []).some((args) => String(args[1]).includes('handshake'));
    return checkStackOf(name, () => ({ RequestType: { REMOTE_FETCH: isAnswered ? CLASSIC_FETCH : null } }));
  });
}

/** Checks @socket.io/redis-adapter over sharded pub/sub, with a client that connects nowhere. */
export function checkShardedAdapter(create: (pub: object, sub: object) => MakeChecked): AdapterCheck {
  const redis = new RecordingClient();
  const adapter = made(create(redis.client, redis.client));
  attempt(() => adapter.publish?.({ type: CLUSTER_BROADCAST, data: { opts: TO_ALL } }));
  const messages = new ClusterMessages(adapter);
  attempt(() => adapter.close?.());
  const own = checkStackOf('@socket.io/redis-adapter', () => ({
    ShardedClient: redis.methods,
    ShardedRedisAdapter: adapter,
  }));
  return inTwoParts([...messages.members(), ...own], () => messages.answers());
}

/** Checks @socket.io/redis-streams-adapter, with a client that connects nowhere. */
export function checkStreamsAdapter(create: (client: object) => MakeChecked): AdapterCheck {
  const redis = new RecordingClient();
  const adapter = made(create(redis.client));
  attempt(() => adapter.publish?.({ type: CLUSTER_BROADCAST, data: { opts: TO_ALL } }));
  attempt(() => adapter.publish?.({ type: CLUSTER_FETCH, data: { opts: TO_ALL } }));
  attempt(() => adapter.persistSession?.({ pid: 'check' }));
  attempt(() => adapter.restoreSession?.('check', '1-1'));
  const messages = new ClusterMessages(adapter);
  attempt(() => adapter.close?.());
  return inTwoParts(messages.members(), () => {
    const channels = (redis.calls['subscribe'] ?? []).flatMap(([first]) => first);
    const name = channels.includes(`socket.io${streamsChannel(NAME)}`) ? CHANNEL_NAME : null;
    const own = { StreamsClient: redis.methods, Channel: { name } };
    return [...messages.answers(), ...checkStackOf('@socket.io/redis-streams-adapter', () => own)];
  });
}

/** Checks @socket.io/cluster-adapter in a node. The adapter of the check greets the other nodes, which ignore it. */
export function checkClusterAdapter(make: MakeChecked): AdapterCheck {
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
  else delete adapter.onMessage;
  const messages = new ClusterMessages(adapter);
  attempt(() => adapter.close?.());
  const source = isHeard ? CLUSTER_SOURCE : null;
  const own = checkStackOf('@socket.io/cluster-adapter', () => ({ Message: { source } }));
  return inTwoParts([...messages.members(), ...own], () => messages.answers());
}

function inTwoParts(problems: readonly Problem[], later: () => readonly Problem[]): AdapterCheck {
  return {
    problems,
    async finish() {
      await nextTurn();
      const all = [...problems, ...later()];
      if (all.length > 0) throw new BootError(all);
    },
  };
}

/** Calls what an adapter shares with all adapters that extend Socket.IO's ClusterAdapter, and records what it does. */
class ClusterMessages {
  readonly #own: { readonly onMessage: unknown; readonly publish: unknown };
  readonly #published: object[] = [];
  readonly #answers: object[] = [];
  readonly #packet = event();

  constructor(adapter: CheckedAdapter) {
    this.#own = { onMessage: adapter.onMessage, publish: adapter.publish };
    const doPublish = async (message: object) => String(this.#published.push(message));
    const doPublishResponse = async (_requester: string, answer: object) => void this.#answers.push(answer);
    Object.assign(adapter, { doPublish, doPublishResponse });
    attempt(() => adapter.publish?.({ type: CLUSTER_BROADCAST, data: {} }));
    attempt(() => adapter.addAll?.('id', new Set(['id'])));
    const receive = (type: number, data: object): void =>
      attempt(() => adapter.onMessage?.({ uid: 'other', nsp: NAME, type, data: { opts: TO_ALL, ...data } }));
    receive(CLUSTER_BROADCAST, { packet: this.#packet });
    // It is answered with the number of sockets.
    receive(CLUSTER_BROADCAST, { packet: event(), requestId: 'check' });
    if (this.#answers.length > 0) receive(CLUSTER_FETCH, { requestId: 'check' });
  }

  /** Checks what is seen at once. */
  members(): readonly Problem[] {
    const isTaken = this.#packet.nsp === NAME;
    const methodOf = (isCalled: boolean) => (isCalled ? () => {} : null);
    return checkStackOf('socket.io-adapter', () => ({
      ClusterAdapter: {
        ...this.#own,
        doPublish: methodOf(this.#published.length > 0),
        doPublishResponse: methodOf(this.#answers.length > 0 || !isTaken),
      },
      MessageType: { BROADCAST: isTaken ? CLUSTER_BROADCAST : null, FETCH_SOCKETS: CLUSTER_FETCH },
    }));
  }

  /** Checks what is seen in a later turn: the answer to a fetch. */
  answers(): readonly Problem[] {
    const isFetched = JSON.stringify(this.#answers).includes('handshake');
    return checkStackOf('socket.io-adapter', () => ({
      MessageType: { BROADCAST: CLUSTER_BROADCAST, FETCH_SOCKETS: isFetched ? CLUSTER_FETCH : null },
    }));
  }
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
