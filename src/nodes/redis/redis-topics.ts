import type { Position } from '../../contract/position.js';
import type { Script, SharedStore } from '../../stores/shared-store.js';
import { newMark } from '../../stores/topic-log.js';
import type {
  Change,
  NewChange,
  PublishConditions,
  PublishResult,
  TopicListener,
  TopicQuery,
  TopicRead,
  TopicRule,
  TopicStore,
} from '../../stores/topics.js';
import type { SubscriptionKind } from './redis-client.js';
import type { RedisConnections } from './redis-connections.js';
import { ReplayGuard } from './replay-guard.js';
import { readStamp, writeStamp } from './signer.js';
import { DELETE, FORK, PUBLISH, READ, SET } from './topic-scripts.js';

/** List in an answer of Redis. */
type Answer = readonly unknown[];

/**
 * Topics of all nodes in Redis: each has a string with its position, a stream of its last changes and, where it is keyed, a hash
 * of its values, all in one slot. A script makes a change, and tells the nodes by a channel; what they hear is compared with
 * what they know, and read again where it does not fit.
 */
export class RedisTopics implements TopicStore {
  readonly isRemote = true;
  readonly #kind: SubscriptionKind;
  readonly #command: string;
  readonly #guard = new ReplayGuard();
  readonly #listeners = new Map<string, (message: Buffer) => void>();

  constructor(
    private readonly redis: RedisConnections,
    private readonly store: SharedStore,
  ) {
    const isSharded = redis.options.mode === 'sharded';
    this.#kind = isSharded ? 'sharded' : 'channel';
    this.#command = isSharded ? 'SPUBLISH' : 'PUBLISH';
  }

  async publish(
    topic: string,
    changes: readonly NewChange[],
    { history, ttlMs, maxEntries }: TopicRule,
    { idempotencyKey, idempotencyMs, expect }: PublishConditions,
  ): Promise<PublishResult> {
    const now = Math.trunc(this.redis.clock.now());
    const stamp = writeStamp(this.redis.signer.stamp(now));
    const tagged = changes.map((change) => ({ ...change, tag: newMark() }));
    const keys = idempotencyKey === null ? [] : [`${nameOf(topic)}:once:${idempotencyKey}`];
    const args = [
      stamp,
      this.#sign(topic, stamp, tagged.map(contentOf).join('')),
      String(now),
      String(Math.max(1, history)),
      String(ttlMs),
      expect === null ? '' : String(expect.epoch),
      expect === null ? '' : String(expect.offset),
      String(idempotencyMs),
    ];
    const script = maxEntries === null ? PUBLISH : SET;
    if (maxEntries === null) for (const { tag, value } of tagged) args.push(tag, value ?? 'null');
    else {
      args.push(String(maxEntries));
      for (const { key, tag, value, ttlMs: ms } of tagged)
        args.push(key, tag, value === null ? '0' : '1', value ?? '', ms === null ? '' : String(ms));
    }
    const [outcome, ...at] = String(await this.#ask(script, topic, args, keys)).split(' ');
    return { outcome: outcome as PublishResult['outcome'], position: positionOf(at) };
  }

  async read(topic: string, { after, state, isKeyed }: TopicQuery): Promise<TopicRead> {
    const args = [newMark(), isKeyed ? '1' : '0', after === null ? '' : String(after), state ? '1' : '0'];
    const [at, changes, values] = (await this.#ask(READ, topic, args)) as [unknown, Answer, Answer];
    const flat = values.map(String);
    return {
      position: positionOf(String(at).split(' ')),
      changes: changes.map((entry) => changeOf(entry as Answer)),
      state: flat.flatMap((key, i) => (i % 2 === 0 ? [[key, flat[i + 1] ?? 'null'] as const] : [])),
    };
  }

  async fork(topic: string, { epoch, offset, tag }: Position): Promise<void> {
    await this.#ask(FORK, topic, [epoch, String(offset), tag]);
  }

  async delete(topic: string): Promise<boolean> {
    return (await this.#ask(DELETE, topic, [])) === 1;
  }

  positions(topics: readonly string[]): Promise<readonly (Position | null)[]> {
    return Promise.all(
      topics.map(async (topic) => {
        const key = `${this.redis.options.prefix}:${nameOf(topic)}:at`;
        const at = await this.redis.command(['GET', key], key);
        return at === null ? null : positionOf(String(at).split(' '));
      }),
    );
  }

  async watch(topic: string, listener: TopicListener): Promise<void> {
    if (!this.redis.isUp) throw new Error('there is no connection to Redis');
    if (!this.#listeners.has(topic)) {
      const listen = (message: Buffer): void => this.#hear(topic, message, listener);
      this.#listeners.set(topic, listen);
      this.redis.subscriptions.add(this.#kind, this.#channel(topic), listen, { isSigned: false });
    }
    await this.redis.confirmed();
  }

  unwatch(topic: string): void {
    const listen = this.#listeners.get(topic);
    if (listen === undefined) return;
    this.#listeners.delete(topic);
    this.redis.subscriptions.remove(this.#kind, this.#channel(topic), listen);
  }

  close(): void {
    for (const topic of [...this.#listeners.keys()]) this.unwatch(topic);
  }

  #hear(topic: string, message: Buffer, listener: TopicListener): void {
    if (message.length === 0) return listener.touched();
    const heard = readMessage(message);
    const { counters, clock } = this.redis;
    if (heard === null) return void counters.malformedMessages++;
    const { epoch, offset, before, stampText, mac, content } = heard;
    if (this.#sign(topic, stampText, content.toString()) !== mac) return void counters.forgedMessages++;
    const stamp = readStamp(stampText);
    if (stamp === null || !this.#guard.accepts(this.#channel(topic), stamp, clock.now()))
      return void counters.replayedMessages++;
    const changes = readContent(content, offset, before);
    if (changes === null) counters.malformedMessages++;
    else listener.changed(epoch, changes);
  }

  #sign(topic: string, stamp: string, content: string): string {
    return this.redis.signer.mac(this.#channel(topic), `${stamp}\n${content}`);
  }

  #channel(topic: string): string {
    return `${this.redis.options.prefix}:${nameOf(topic)}`;
  }

  #ask(
    script: Script,
    topic: string,
    args: readonly string[],
    keys: readonly string[] = [],
  ): Promise<unknown> {
    const name = nameOf(topic);
    const own = ['at', 'log', 'values', 'ends'].map((part) => `${name}:${part}`);
    return this.store.run(
      script,
      [...own, ...keys],
      [newMark(), this.#command, this.#channel(topic), ...args],
    );
  }
}

/** Name of a topic's keys and channel, the topic in braces so that all are in one slot of a Redis Cluster. */
function nameOf(topic: string): string {
  return `topic:{${topic}}`;
}

/** Writes a change as the scripts do, with lengths in bytes. */
function contentOf({ key, value, tag }: NewChange & { readonly tag: string }): string {
  const length = value === null ? '-' : Buffer.byteLength(value);
  return `${Buffer.byteLength(key)} ${length} ${tag}\n${key}${value ?? ''}`;
}

interface Heard {
  readonly epoch: string;
  /** Offset of the first change. */
  readonly offset: number;
  readonly before: string;
  readonly stampText: string;
  readonly mac: string;
  readonly content: Buffer;
}

function readMessage(message: Buffer): Heard | null {
  const lines: string[] = [];
  let from = 0;
  while (lines.length < 5) {
    const end = message.indexOf(10, from);
    if (end < 0) return null;
    lines.push(message.toString('latin1', from, end));
    from = end + 1;
  }
  const [epoch = '', offset, before = '', stampText = '', mac = ''] = lines;
  return { epoch, offset: Number(offset), before, stampText, mac, content: message.subarray(from) };
}

/** Reads changes; null where lengths do not fit. */
function readContent(content: Buffer, first: number, before: string): readonly Change[] | null {
  const changes: Change[] = [];
  let tag = before;
  for (let from = 0; from < content.length; ) {
    const end = content.indexOf(10, from);
    const [keyBytes, valueBytes, own = ''] = content.toString('latin1', from, end).split(' ');
    const keyEnd = end + 1 + Number(keyBytes);
    const valueEnd = valueBytes === '-' ? keyEnd : keyEnd + Number(valueBytes);
    if (end < 0 || !(valueEnd <= content.length)) return null;
    changes.push({
      offset: first + changes.length,
      tag: own,
      before: tag,
      key: content.toString('utf8', end + 1, keyEnd),
      value: valueBytes === '-' ? null : content.toString('utf8', keyEnd, valueEnd),
    });
    tag = own;
    from = valueEnd;
  }
  return changes;
}

/** Reads an entry of the stream: its id, then fields and values. */
function changeOf([id, fields]: Answer): Change {
  const [, key = '', , tag = '', , before = '', , value = null] = (fields as Answer).map(String);
  return { offset: Number(String(id).split('-')[0]), tag, before, key, value };
}

/** Reads epoch, offset and tag. */
function positionOf([epoch = '', offset, tag = '']: readonly string[]): Position {
  return { epoch, offset: Number(offset), tag };
}
