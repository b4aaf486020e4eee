import type { Position } from '../contract/position.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { PublishOptions, SetOptions } from '../metadata/topics.js';
import type { PublishedTopic } from '../plan/types.js';
import { checkEncodable } from '../runtime/server.js';
import type { NewChange, PublishConditions, TopicState, TopicStore } from '../stores/topics.js';

/** Time for which an idempotency key is known. */
const IDEMPOTENCY_MS = 300_000;
/** Publishes that may wait for the store, and the bytes of their values. */
const MAX_WAITING = 1_000;
const MAX_WAITING_BYTES = 8_000_000;
/** Longest key of a keyed topic, and longest idempotency key, in characters. */
const MAX_KEY = 128;

/** Makes changes of topics in the store, within bounds. */
export class Publisher {
  #waiting = 0;
  #waitingBytes = 0;

  constructor(
    private readonly store: TopicStore,
    private readonly maxBytes: number,
    private readonly checkValue: (plan: PublishedTopic, value: unknown) => void,
  ) {}

  /** Publishes values of a topic with one value, all or none. */
  publish(
    plan: PublishedTopic,
    topic: string,
    values: readonly unknown[],
    options: PublishOptions = {},
  ): Promise<Position> {
    if (plan.maxEntries !== null) throw misuse(`\`${plan.name}\` is keyed: use set() and remove()`);
    const changes = values.map((value) => ({ key: '', value: this.#encode(plan, value), ttlMs: null }));
    return this.#make(plan, topic, changes, conditionsOf(options));
  }

  /** Sets or, with `undefined`, removes the value of a key. */
  set(
    plan: PublishedTopic,
    topic: string,
    key: string,
    value: unknown,
    options: SetOptions = {},
  ): Promise<Position> {
    if (plan.maxEntries === null) throw misuse(`\`${plan.name}\` is not keyed: use publish()`);
    checkKey(key, 'a key');
    const { ttlMs = null } = options;
    if (ttlMs !== null && !(Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= 2_147_483_647))
      throw new RangeError(`ttlMs is a whole number from 1 to 2147483647, not ${String(ttlMs)}`);
    const json = value === undefined ? null : this.#encode(plan, value);
    return this.#make(plan, topic, [{ key, value: json, ttlMs }], conditionsOf(options));
  }

  /** Makes a value the first one of a topic, unless it has got another one meanwhile. */
  async begin(plan: PublishedTopic, topic: string, value: unknown, expect: Position): Promise<void> {
    try {
      await this.publish(plan, topic, [value], { expect });
    } catch (error) {
      if (!GatewireError.is(error) || error.code !== 'CONFLICT') throw error;
    }
  }

  /** Encodes a state of the application: a value, or a Map or an object of values by key. */
  stateOf(plan: PublishedTopic, given: unknown): TopicState {
    if (plan.maxEntries === null) return given === undefined ? [] : [['', this.#encode(plan, given)]];
    const entries = given instanceof Map ? [...given] : Object.entries(Object(given));
    return entries.map(([key, value]) => [String(key), this.#encode(plan, value)] as const);
  }

  async #make(
    plan: PublishedTopic,
    topic: string,
    changes: readonly NewChange[],
    conditions: PublishConditions,
  ): Promise<Position> {
    const bytes = changes.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    if (this.#waiting >= MAX_WAITING || this.#waitingBytes + bytes > MAX_WAITING_BYTES)
      throw new GatewireError('OVERLOADED', { message: 'too many values wait to be published' });
    this.#waiting++;
    this.#waitingBytes += bytes;
    try {
      const { outcome, position } = await this.store.publish(topic, changes, plan, conditions);
      if (outcome === 'conflict')
        throw new GatewireError('CONFLICT', {
          message: 'the topic has another position',
          details: { epoch: position.epoch, offset: position.offset },
        });
      if (outcome === 'full')
        throw new GatewireError('OVERLOADED', {
          message: `the topic has ${plan.maxEntries} keys (maxEntries)`,
        });
      return position;
    } catch (cause) {
      if (GatewireError.is(cause)) throw cause;
      throw new GatewireError('UNAVAILABLE', { message: 'the value cannot be published now', cause });
    } finally {
      this.#waiting--;
      this.#waitingBytes -= bytes;
    }
  }

  #encode(plan: PublishedTopic, value: unknown): string {
    this.checkValue(plan, value);
    checkEncodable(value);
    const json = JSON.stringify(value) as string | undefined;
    if (json === undefined)
      throw misuse(`a value of \`${plan.name}\` is undefined, which JSON has no word for`);
    if (Buffer.byteLength(json) <= this.maxBytes) return json;
    throw new GatewireError('PAYLOAD_TOO_LARGE', {
      message: `a value has at most ${this.maxBytes} bytes (limits.topicValueBytes)`,
    });
  }
}

function conditionsOf({ idempotencyKey, expect }: PublishOptions): PublishConditions {
  if (idempotencyKey !== undefined) checkKey(idempotencyKey, 'idempotencyKey');
  if (
    expect !== undefined &&
    !(typeof expect?.epoch === 'string' && expect.epoch !== '' && Number.isSafeInteger(expect.offset))
  )
    throw misuse('expect is { epoch, offset }, as publish() and last() return them');
  return {
    idempotencyKey: idempotencyKey ?? null,
    idempotencyMs: IDEMPOTENCY_MS,
    expect: expect ?? null,
  };
}

function checkKey(key: unknown, what: string): void {
  if (typeof key === 'string' && key.length > 0 && key.length <= MAX_KEY) return;
  throw misuse(`${what} is a string of 1 to ${MAX_KEY} characters`);
}

/** Error of a mistake of the program. */
function misuse(message: string): TypeError {
  return new TypeError(message);
}
