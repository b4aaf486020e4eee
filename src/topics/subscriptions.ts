import type { Socket } from 'socket.io';
import { isThenable } from '../base/deadline.js';
import { TOPIC_EVENTS } from '../base/reserved-names.js';
import { readPosition } from '../contract/position.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { TopicContext } from '../metadata/topics.js';
import type { NamespacePlan, TopicPlan } from '../plan/types.js';
import { EventCall } from '../runtime/activity.js';
import { callLimitStage } from '../runtime/call-limit.js';
import { CallContext } from '../runtime/context.js';
import { clientLeft } from '../runtime/failures.js';
import { emitToSocket } from '../runtime/send.js';
import type { Call, ChainOf, CompiledEvent, Extension, SocketState, Stage } from '../runtime/types.js';
import type { TopicStore } from '../stores/topics.js';
import type { CatchUp, CatchUpRequest } from './active-topic.js';
import { type WireState, wireState } from './frames.js';
import { SubscriberGroup } from './group.js';
import type { TopicAddress, TopicHub } from './hub.js';
import type { Publisher } from './publisher.js';
import { storeKey } from './store-key.js';

/** Longest name of a topic, in characters. */
const MAX_NAME = 256;
/** Most earlier values that a subscription may ask for. */
const MAX_HISTORY = 1_000;

interface CompiledTopic {
  readonly plan: TopicPlan;
  /** Asks the application whether a client may subscribe. */
  readonly authorize: Stage;
}

/** Subscriptions of a socket to one topic that are under way. */
interface Pending {
  count: number;
  /** Whether the client has ended them. */
  isEnded: boolean;
  /** Whether the socket is subscribed whatever becomes of those under way. */
  isIn: boolean;
}

/** What a client asks for when it subscribes. */
interface Request {
  readonly since: ReturnType<typeof readPosition>;
  /** Whether the client has no state of the topic, as a page that was loaded again. */
  readonly isNew: boolean;
  readonly history: number;
}

/** Subscriptions of clients: asks the application, and brings each client to the present of its topic. */
export class Subscriptions implements Extension {
  readonly #topics = new Map<NamespacePlan, readonly CompiledTopic[]>();
  /** Sockets whose subscriptions end when they leave. */
  readonly #followed = new WeakSet<Socket>();
  /** Subscriptions of a socket that are under way, by topic. */
  readonly #pending = new WeakMap<Socket, Map<string, Pending>>();

  constructor(
    private readonly hub: TopicHub,
    private readonly store: TopicStore,
    private readonly publisher: Publisher,
  ) {}

  events(namespace: NamespacePlan, chainOf: ChainOf): readonly CompiledEvent[] {
    const topics = (namespace.topics ?? []).map((plan) => ({
      plan,
      authorize: chainOf(plan.subscription, ({ ctx }) =>
        paramsOf(plan, (ctx as unknown as TopicContext).topic),
      ),
    }));
    const [first] = topics;
    if (first === undefined) return [];
    this.#topics.set(namespace, topics);
    const { subscription } = first.plan;
    const subscribe: Stage = (call) => this.#subscribe(call, topics);
    const unsubscribe: Stage = (call) => this.#unsubscribe(call, topics);
    return [
      { plan: { ...subscription, name: TOPIC_EVENTS.subscribe }, run: callLimitStage(subscribe) },
      { plan: { ...subscription, name: TOPIC_EVENTS.unsubscribe }, run: unsubscribe },
    ];
  }

  renewed(state: SocketState): void {
    const { socket, namespace } = state;
    for (const key of SubscriberGroup.of(socket.nsp).topicsOf(socket)) {
      const name = this.hub.addressOf(key)?.name ?? '';
      const topic = this.#topics.get(namespace.plan)?.find(({ plan }) => plan.pattern.test(name));
      if (topic === undefined) continue;
      namespace.calls.track(
        authorize(state, topic, name).catch((error: unknown) => this.#end(state, key, name, error)),
      );
    }
  }

  /** Ends a subscription that the client is not allowed any more. */
  #end(state: SocketState, key: string, name: string, error: unknown): void {
    const { socket, namespace, stay } = state;
    if (!socket.connected) return;
    this.hub.delete(key, socket);
    const wire = namespace.failures.report(error, stay.failurePlace(TOPIC_EVENTS.subscribe));
    emitToSocket(namespace.app, socket, TOPIC_EVENTS.unsubscribed, [name, wire]);
  }

  async #subscribe(call: Call, topics: readonly CompiledTopic[]): Promise<WireState> {
    const { state } = call;
    const { socket } = state;
    const { topic, address } = findTopic(call, topics);
    const request = readRequest(call.args[1]);
    const all = this.#pending.get(socket) ?? new Map<string, Pending>();
    const isIn = SubscriberGroup.of(socket.nsp).has(socket, address.key);
    const pending = all.get(address.key) ?? { count: 0, isEnded: false, isIn };
    pending.count++;
    this.#pending.set(socket, all.set(address.key, pending));
    try {
      const first = await authorize(state, topic, address.name);
      if (state.leftBecause !== null) throw clientLeft(state.leftBecause);
      if (pending.isEnded)
        throw new GatewireError('CONFLICT', { message: 'the subscription was ended meanwhile' });
      this.#checkCount(state, address);
      const joined = await this.#join(call, address, request);
      const caughtUp = isSnapshot(first) ? await this.#load(topic.plan, address, joined, first) : joined;
      const isEmpty = first !== undefined && !isSnapshot(first) && caughtUp.position.offset === 0;
      const present = isEmpty ? await this.#begin(topic.plan, address, caughtUp, first) : caughtUp;
      const history = await this.#history(address, request);
      pending.isIn = true;
      return this.#answer(state, address, present, history);
    } catch (error) {
      if (pending.count === 1 && !pending.isIn && !pending.isEnded) this.hub.delete(address.key, socket);
      throw error;
    } finally {
      if (--pending.count === 0 && all.get(address.key) === pending) all.delete(address.key);
    }
  }

  async #join({ state }: Call, address: TopicAddress, request: Request): Promise<CatchUp> {
    const { socket } = state;
    if (!this.#followed.has(socket)) {
      this.#followed.add(socket);
      state.whenLeaving(() => this.hub.deleteAll(socket));
    }
    const active = this.hub.add(address, socket);
    try {
      return await active.catchUp(catchUpFor(address, request));
    } catch (cause) {
      throw new GatewireError('UNAVAILABLE', { message: 'the topics cannot be read now', cause });
    }
  }

  /** Takes the state of the application in place of the topic's, for a subscriber that begins anew. */
  async #load(
    plan: TopicPlan,
    { key }: TopicAddress,
    joined: CatchUp,
    { snapshot }: Snapshot,
  ): Promise<CatchUp> {
    const active = this.hub.topicOf(key);
    if (joined.changes !== null || active === null) return joined;
    return active.snapshot(async () => this.publisher.stateOf(plan, await snapshot()));
  }

  /** Makes what the method returned the first value of a topic that has none. Another node may be faster. */
  async #begin(plan: TopicPlan, address: TopicAddress, joined: CatchUp, value: unknown): Promise<CatchUp> {
    await this.publisher.begin(plan, address.key, value, joined.position);
    const active = this.hub.topicOf(address.key);
    return active === null ? joined : active.catchUp({ since: null, needsState: true });
  }

  async #history({ key, isKeyed }: TopicAddress, { history }: Request): Promise<readonly unknown[] | null> {
    if (history === 0 || isKeyed) return null;
    const { changes } = await this.store.read(key, { after: 0, state: false, isKeyed });
    return changes.slice(-history).map(({ value }) => JSON.parse(value ?? 'null') as unknown);
  }

  #answer(
    { socket, namespace }: SocketState,
    { name, isKeyed }: TopicAddress,
    caughtUp: CatchUp,
    history: readonly unknown[] | null,
  ): WireState {
    const { pages, last } = wireState(name, isKeyed, caughtUp);
    for (const { event, args } of pages) emitToSocket(namespace.app, socket, event, args);
    return history === null ? last : { ...last, history };
  }

  #unsubscribe(call: Call, topics: readonly CompiledTopic[]): undefined {
    const { socket } = call.state;
    const { address } = findTopic(call, topics);
    const all = this.#pending.get(socket);
    const pending = all?.get(address.key);
    if (pending !== undefined) pending.isEnded = true;
    all?.delete(address.key);
    this.hub.delete(address.key, socket);
    return undefined;
  }

  #checkCount({ socket, namespace }: SocketState, { key }: TopicAddress): void {
    const { topicsPerSocket } = namespace.limits;
    const group = SubscriberGroup.of(socket.nsp);
    if (group.has(socket, key) || group.topicsOf(socket).size < topicsPerSocket) return;
    throw new GatewireError('OVERLOADED', {
      message: `a socket may subscribe to ${topicsPerSocket} topics (limits.topicsPerSocket)`,
    });
  }
}

/** What a method returns that has the state of its topic loaded from elsewhere. */
interface Snapshot {
  readonly snapshot: () => unknown;
}

function isSnapshot(value: unknown): value is Snapshot {
  return typeof (value as Partial<Snapshot> | null | undefined)?.snapshot === 'function';
}

/** Call of the method that authorizes, with the name of the topic in its context. */
class SubscriptionCall extends EventCall {
  constructor(
    state: SocketState,
    compiled: CompiledEvent,
    readonly topic: string,
  ) {
    super(state, TOPIC_EVENTS.subscribe, [topic], compiled, 0);
  }

  protected override createContext(): CallContext {
    return new SubscriptionContext(this, this.topic);
  }
}

class SubscriptionContext extends CallContext implements TopicContext {
  constructor(
    call: Call,
    readonly topic: string,
  ) {
    super(call);
  }
}

/** Asks the application. @returns what its method returned */
async function authorize(state: SocketState, { plan, authorize: run }: CompiledTopic, name: string) {
  const call = new SubscriptionCall(state, { plan: plan.subscription, run }, name);
  try {
    const result = run(call);
    return isThenable(result) ? await result : result;
  } finally {
    const { failures } = state.namespace;
    await call.release((error) => failures.report(error, call.failurePlace(`${call.event} (dispose)`)));
  }
}

function findTopic(
  { args: [name], state }: Call,
  topics: readonly CompiledTopic[],
): { readonly topic: CompiledTopic; readonly address: TopicAddress } {
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME)
    throw new GatewireError('INVALID_PAYLOAD', {
      message: `the name of a topic is a string of 1 to ${MAX_NAME} characters`,
    });
  const topic = topics.find(({ plan }) => plan.pattern.test(name));
  if (topic === undefined) throw new GatewireError('NOT_FOUND', { message: 'there is no such topic' });
  const { scope, maxEntries, deliver, delta } = topic.plan;
  return {
    topic,
    address: {
      key: storeKey(state.socket.nsp.name, name, scope),
      name,
      isKeyed: maxEntries !== null,
      isLatestOnly: deliver === 'latest',
      isDelta: delta,
    },
  };
}

/** Keys that were set before the position are nowhere but in the state. */
function catchUpFor({ isKeyed }: TopicAddress, { since, isNew }: Request): CatchUpRequest {
  if (since === null || (isKeyed && isNew)) return { since: null, needsState: true };
  return { since, needsState: isNew };
}

function readRequest(given: unknown): Request {
  if (given === undefined || given === null) return { since: null, isNew: true, history: 0 };
  const { since, isNew, history = 0 } = given as Readonly<Partial<Record<keyof Request, unknown>>>;
  const isWhole = Number.isInteger(history) && Number(history) >= 0;
  if (typeof given !== 'object' || !isWhole)
    throw new GatewireError('INVALID_PAYLOAD', {
      message: 'a subscription is { since?: position, isNew?: boolean, history?: a whole number }',
    });
  // A position that is none, or was forged, is one that the topic does not know: the client begins anew.
  return {
    since: readPosition(since),
    isNew: isNew === true,
    history: Math.min(Number(history), MAX_HISTORY),
  };
}

function paramsOf({ pattern }: TopicPlan, name: string): Readonly<Record<string, string>> {
  return { ...pattern.exec(name)?.groups };
}
