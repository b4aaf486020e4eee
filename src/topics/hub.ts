import type { Socket } from 'socket.io';
import type { Logger } from '../base/logger.js';
import type { Position } from '../contract/position.js';
import { emitToGroup, emitToSocket } from '../runtime/send.js';
import type { TopicStore } from '../stores/topics.js';
import { ActiveTopic } from './active-topic.js';
import { Deltas } from './deltas.js';
import { changesFrame, type Frame, resetFrames } from './frames.js';
import { SubscriberGroup } from './group.js';
import { LatestOnly } from './latest-only.js';

/** Topic of one name, as it stands in the store and on the wire. */
export interface TopicAddress {
  /** Name in the store; that of another namespace instance differs. */
  readonly key: string;
  /** Name that clients know. */
  readonly name: string;
  readonly isKeyed: boolean;
  /** Whether slow clients get the latest values. */
  readonly isLatestOnly: boolean;
  /** Whether changes are sent as patches where these are smaller. */
  readonly isDelta: boolean;
}

/** Time for which a topic without subscribers is still followed: some come back at once. */
const IDLE_MS = 30_000;
/** Time between two looks at the positions of a store that may lose what it tells of. */
const COMPARE_MS = 3_000;
/** Positions that are asked for at once. */
const COMPARE_AT_ONCE = 200;
/** A failing store is worth a line, and not one for each topic. */
const WARN_MS = 1_000;

interface Entry {
  readonly address: TopicAddress;
  readonly topic: ActiveTopic;
  /** Groups of this topic's subscribers; one, unless it is that of several namespace instances. */
  readonly groups: SubscriberGroup[];
  readonly latest: LatestOnly | null;
  idle: NodeJS.Timeout | null;
}

/** The topics that have subscribers on this node. */
export class TopicHub {
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | null = null;
  #isComparing = false;
  #warnedAt = 0;

  constructor(
    private readonly app: string,
    private readonly store: TopicStore,
    private readonly logger: Logger,
  ) {}

  /** Number of topics that are followed. */
  get size(): number {
    return this.#entries.size;
  }

  /** Puts a socket among the subscribers of a topic. From now on it gets the changes. */
  add(address: TopicAddress, socket: Socket): ActiveTopic {
    const entry = this.#entries.get(address.key) ?? this.#open(address);
    if (entry.idle !== null) clearTimeout(entry.idle);
    entry.idle = null;
    const group = SubscriberGroup.of(socket.nsp);
    group.add(socket, address.key);
    if (!entry.groups.includes(group)) entry.groups.push(group);
    return entry.topic;
  }

  /** Takes a socket out of the subscribers of a topic. */
  delete(key: string, socket: Socket): void {
    const group = SubscriberGroup.of(socket.nsp);
    group.delete(socket, key);
    this.#left(key, group);
  }

  /** Takes a socket out of all topics. */
  deleteAll(socket: Socket): void {
    const group = SubscriberGroup.of(socket.nsp);
    const keys = [...group.topicsOf(socket)];
    group.adapter.delAll(socket.id);
    for (const key of keys) this.#left(key, group);
  }

  /** Name that clients know a topic by; null when it is not followed. */
  addressOf(key: string): TopicAddress | null {
    return this.#entries.get(key)?.address ?? null;
  }

  /** Topic that is followed; null when it is not. */
  topicOf(key: string): ActiveTopic | null {
    return this.#entries.get(key)?.topic ?? null;
  }

  /** The way to the store is open again: what it told of meanwhile is lost. */
  readonly compare = async (): Promise<void> => {
    if (this.#isComparing) return;
    this.#isComparing = true;
    const entries = [...this.#entries.values()];
    try {
      for (let i = 0; i < entries.length; i += COMPARE_AT_ONCE) {
        const some = entries.slice(i, i + COMPARE_AT_ONCE);
        const positions = await this.#positions(some);
        for (const [j, { topic }] of some.entries()) topic.compare(positions[j] ?? null);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isComparing = false;
    }
  };

  /**
   * Reads positions. A topic that is keyed or has no change is read as such: keys whose time has come are removed by it, and the
   * store keeps it.
   */
  async #positions(entries: readonly Entry[]): Promise<readonly (Position | null)[]> {
    const isRead = ({ address, topic }: Entry): boolean => address.isKeyed || topic.position?.offset === 0;
    const others = entries.filter((entry) => !isRead(entry)).map(({ address }) => address.key);
    const found = await this.store.positions(others);
    const byKey = new Map(others.map((key, i) => [key, found[i] ?? null]));
    return Promise.all(
      entries.map(async (entry) => {
        const { key, isKeyed } = entry.address;
        if (!isRead(entry)) return byKey.get(key) ?? null;
        return (await this.store.read(key, { after: null, state: false, isKeyed })).position;
      }),
    );
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const { topic, latest, idle } of this.#entries.values()) {
      latest?.close();
      if (idle !== null) clearTimeout(idle);
      topic.close();
    }
    this.#entries.clear();
  }

  #open(address: TopicAddress): Entry {
    const { key, name, isKeyed, isLatestOnly, isDelta } = address;
    const deltas = isDelta ? new Deltas() : null;
    const groups: SubscriberGroup[] = [];
    const send = (frames: readonly Frame[]): void => {
      for (const { adapter } of groups)
        for (const { event, args } of frames) emitToGroup(this.app, adapter, key, event, args);
    };
    const latest = isLatestOnly ? this.#latestOnly(address) : null;
    const topic = new ActiveTopic(key, isKeyed, this.store, {
      changes: (epoch, changes) => {
        const sent = deltas === null || topic.hasOwnState ? changes : deltas.shrink(changes);
        if (latest !== null) latest.changes(groups, epoch, sent);
        else if (groups.length > 0) send([changesFrame(name, isKeyed, epoch, sent)]);
      },
      reset: (position, state) => {
        latest?.close();
        deltas?.reset(state);
        if (groups.length > 0) send(resetFrames(name, isKeyed, position, state));
      },
      failed: this.#failed,
    });
    const entry: Entry = { address, topic, groups, latest, idle: null };
    this.#entries.set(key, entry);
    if (this.store.isRemote) this.#timer ??= setInterval(() => void this.compare(), COMPARE_MS).unref();
    return entry;
  }

  #latestOnly({ key, name, isKeyed }: TopicAddress): LatestOnly {
    return new LatestOnly(key, {
      toGroup: ({ adapter }, epoch, changes, except) => {
        const { event, args } = changesFrame(name, isKeyed, epoch, changes);
        emitToGroup(this.app, adapter, key, event, args, except);
      },
      toSocket: (socket, epoch, changes) => {
        const whole = changes.map((change) => ({ ...change, patch: null }));
        const { event, args } = changesFrame(name, isKeyed, epoch, whole, true);
        emitToSocket(this.app, socket, event, args);
      },
    });
  }

  #left(key: string, group: SubscriberGroup): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || group.count(key) > 0) return;
    const at = entry.groups.indexOf(group);
    if (at >= 0) entry.groups.splice(at, 1);
    if (entry.groups.length > 0 || entry.idle !== null) return;
    entry.idle = setTimeout(() => {
      this.#entries.delete(key);
      entry.latest?.close();
      entry.topic.close();
    }, IDLE_MS).unref();
  }

  readonly #failed = (error: unknown): void => {
    const now = performance.now();
    if (now - this.#warnedAt < WARN_MS) return;
    this.#warnedAt = now;
    this.logger.warn({ event: 'topics.store-failed', error });
  };
}
