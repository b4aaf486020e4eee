import { once } from 'node:events';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type ConsumeOptions,
  type Consumer,
  consume,
  type DeadLetter,
  type Message,
  type Source,
} from 'gatewire/brokers';
import * as z from 'zod';
import { Emitter, type EventContext, Gateway, OnEvent } from '../../../src/index.js';
import { createTestApp } from '../../../src/testing/index.js';
import { TestLog } from '../../../src/testing/test-log.js';
import { deferred } from '../../support/deferred.js';
import { ServerProcess } from '../../support/server-process.js';
import { until } from '../../support/until.js';
import { within } from '../../support/within.js';

/** A message as the test reads it back. */
export interface Letter {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A broker of the test's own, and what a test does to it from the other side. */
export interface TestBroker {
  /** Options of the source for what has this name; they survive JSON. */
  options(name: string): object;
  source(options: object): Source;
  /** Makes what the source needs to be there: a stream, a topic. */
  prepare(name: string): Promise<void>;
  send(name: string, body: string, headers?: Readonly<Record<string, string>>): Promise<void>;
  /** Takes one dead letter; null when there is none. */
  deadLetter(name: string): Promise<Letter | null>;
  /** Takes the broker away; connections notice. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
}

/** What a broker can, as far as the tests differ by it. */
export interface Traits {
  /** Whether it says that a message was delivered before. */
  readonly tellsRedelivery: boolean;
}

@Gateway('/orders')
class Orders {
  @OnEvent('watch') async watch(room: string, ctx: EventContext): Promise<void> {
    await ctx.join(room);
  }
}

let count = 0;

/** What every source has to do, on a real broker. */
export function describeBroker(kind: string, started: () => TestBroker, traits: Traits): void {
  describe(`messages of ${kind}`, () => {
    let broker: TestBroker;
    const log = new TestLog();
    const open: Consumer[] = [];
    const processes: ServerProcess[] = [];

    beforeAll(() => {
      broker = started();
      process.on('unhandledRejection', log.unhandled);
      process.on('uncaughtException', log.unhandled);
    });
    afterAll(() => {
      process.off('unhandledRejection', log.unhandled);
      process.off('uncaughtException', log.unhandled);
    });
    afterEach(async () => {
      for (const one of processes.splice(0)) await one.kill();
      await Promise.all(open.splice(0).map((consumer) => consumer.close()));
      log.records.length = 0;
      expect(log.takeErrors()).toEqual([]);
    });

    const fresh = async (): Promise<string> => {
      const name = `orders-${++count}`;
      await broker.prepare(name);
      return name;
    };

    /** Starts a consumer and waits until it is connected. */
    const consuming = async <T = unknown>(
      name: string,
      handler: (message: Message<T>) => unknown,
      options: ConsumeOptions<T> = {},
    ): Promise<Consumer> => {
      const source = broker.source(broker.options(name));
      const consumer = consume<T>(source, handler, { logger: log, retryDelayMs: 10, ...options });
      open.push(consumer);
      await until('connected', () => consumer.health.status === 'ok');
      return consumer;
    };

    const letterOf = async (name: string): Promise<Letter> => {
      let letter: Letter | null = null;
      const isThere = async (): Promise<boolean> => {
        letter = await broker.deadLetter(name);
        return letter !== null;
      };
      await until('a dead letter', isThere);
      return letter as unknown as Letter;
    };

    const startWhileAway = async (name: string): Promise<Consumer> => {
      const consumer = consume(broker.source(broker.options(name)), () => {}, { logger: false });
      open.push(consumer);
      await until('a reason', () => consumer.health.reason !== 'not connected yet');
      expect(consumer.health.status).toBe('degraded');
      return consumer;
    };

    it('reach a socket in a room of an application', async () => {
      await using test = await createTestApp(Orders);
      const client = await test.client.connect('/orders');
      await client.socket.emitWithAck('watch', 'order:7');
      const emitter = test.app.get(Emitter);
      const name = await fresh();
      await consuming<{ id: number; state: string }>(
        name,
        ({ payload }) => emitter.namespace('/orders').to(`order:${payload.id}`).emit('order', payload.state),
        { payload: z.object({ id: z.number(), state: z.string() }) },
      );
      await broker.send(name, '{"id":7,"state":"paid"}');
      expect(await client.next('order')).toBe('paid');
    });

    it('come with headers, an id and a place, and are acknowledged when the handler has settled', async () => {
      const name = await fresh();
      const first = deferred<Message>();
      const finish = deferred();
      const consumer = await consuming(name, (message) => {
        first.resolve(message);
        return finish.promise;
      });
      await broker.send(name, '"one"', { trace: 'abc' });
      const { payload, headers, id, topic, redelivered, attempt } = await within('a message', first.promise);
      expect({ payload, trace: headers['trace'], redelivered, attempt }).toEqual({
        payload: 'one',
        trace: 'abc',
        redelivered: false,
        attempt: 1,
      });
      expect(topic).toContain(name);
      expect(id).toEqual(expect.any(String));
      expect(consumer.health.counters).toMatchObject({ delivered: 1, handled: 0 });

      let isClosed = false;
      const closed = consumer.close().then(() => {
        isClosed = true;
      });
      await broker.send(name, '"two"');
      expect(isClosed).toBe(false);
      finish.resolve();
      await within('closed', closed);
      expect(consumer.health).toMatchObject({ status: 'closed', counters: { handled: 1 } });

      // What was acknowledged is gone, and what came while it closed is there.
      const rest: unknown[] = [];
      await consuming(name, ({ payload }) => rest.push(payload));
      await until('the second', () => rest.length > 0);
      expect(rest).toEqual(['two']);
    });

    it('are tried again when the handler throws or is late, and then lie with the dead letters', async () => {
      const name = await fresh();
      const attempts: string[] = [];
      const given: DeadLetter[] = [];
      const consumer = await consuming<string>(
        name,
        ({ payload, attempt, signal }) => {
          attempts.push(`${payload} ${attempt}`);
          if (payload === 'once' && attempt === 2) return;
          if (payload === 'late')
            return new Promise((_, reject) => (signal.onabort = () => reject(signal.reason)));
          throw new Error(`no ${payload}`);
        },
        {
          attempts: 3,
          timeoutMs: 100,
          concurrency: 1,
          onDeadLetter: (letter) => {
            given.push(letter);
            throw new Error('as told');
          },
        },
      );
      await broker.send(name, '"once"');
      await broker.send(name, '"never"', { trace: 'abc' });
      const letter = await letterOf(name);
      expect(attempts).toEqual(['once 1', 'once 2', 'never 1', 'never 2', 'never 3']);
      expect(letter).toMatchObject({
        body: '"never"',
        headers: {
          trace: 'abc',
          'gatewire-reason': 'failed',
          'gatewire-error': 'no never',
          'gatewire-attempts': '3',
        },
      });
      await broker.send(name, '"late"');
      const late = await letterOf(name);
      expect(late.headers['gatewire-error']).toBe('the handler took longer than 100 ms');
      await until('all counted', () => consumer.health.counters.deadLettered === 2);
      expect(consumer.health.counters).toEqual({
        delivered: 3,
        redelivered: 0,
        handled: 1,
        failed: 7,
        deadLettered: 2,
        dropped: 0,
      });
      expect(given.map(({ reason, attempts, kept }) => ({ reason, attempts, kept }))).toEqual([
        { reason: 'failed', attempts: 3, kept: true },
        { reason: 'failed', attempts: 3, kept: true },
      ]);
      expect(log.takeErrors()).toHaveLength(2); // what onDeadLetter threw
    });

    it('that can never be handled lie with the dead letters at once, and their values in no log', async () => {
      const name = await fresh();
      const seen: unknown[] = [];
      const payload = z.object({ id: z.number() });
      await consuming(name, (message) => seen.push(message.payload), { payload });
      await broker.send(name, 'secret, and no JSON');
      const unreadable = await letterOf(name);
      expect(unreadable.body).toBe('secret, and no JSON');
      expect(unreadable.headers).toMatchObject({ 'gatewire-reason': 'unreadable', 'gatewire-attempts': '1' });
      await broker.send(name, '{"id":"secret"}');
      const invalid = await letterOf(name);
      expect(invalid.headers).toMatchObject({ 'gatewire-reason': 'invalid' });
      expect(invalid.headers['gatewire-error']).toContain('expected number');
      expect(seen).toEqual([]);
      const logged = inspect(log.records, { depth: null });
      expect(logged).toContain('broker.gave-up');
      expect(logged).not.toContain('secret');
    });

    it('go to the next process when one is killed in the middle of one', async () => {
      const name = await fresh();
      const env = { BROKER: kind, OPTIONS: JSON.stringify(broker.options(name)) };
      const stuck = new ServerProcess('test/fixtures/nodes/stuck-consumer.ts', 0, { env });
      processes.push(stuck);
      await until('it is there', () => stuck.printed.includes('broker.ok'));
      await broker.send(name, '"precious"');
      while (!stuck.printed.includes('took "precious"')) {
        await within(() => stuck.printed, once(stuck.child, 'output'));
      }
      await stuck.kill();
      const got = deferred<Message>();
      await consuming(name, got.resolve);
      const message = await within('the message', got.promise);
      expect(message.payload).toBe('precious');
      expect(message.redelivered).toBe(traits.tellsRedelivery);
      expect(message.attempt).toBe(traits.tellsRedelivery ? 2 : 1);
    });

    it('come again by themselves when the broker was away, also to who started meanwhile', async () => {
      const name = await fresh();
      const away = await fresh();
      const seen: unknown[] = [];
      const finish = deferred();
      const consumer = await consuming(name, ({ payload }) => {
        seen.push(payload);
        return payload === 'in the middle' ? finish.promise : undefined;
      });
      await broker.send(name, '"in the middle"');
      await until('the first', () => seen.length === 1);
      const before = Date.now();
      await broker.leave();
      const starting = startWhileAway(away);
      await until('degraded', () => consumer.health.status === 'degraded');
      expect(consumer.health.since).toBeGreaterThanOrEqual(before);
      expect(consumer.health.reason).toEqual(expect.any(String));
      const other = await starting;
      await broker.comeBack();
      await until('ok', () => consumer.health.status === 'ok');
      expect(consumer.health.reason).toBeNull();
      await until('the other, too', () => other.health.status === 'ok');
      await until('the first again', () => seen.length === 2);
      expect(seen[1]).toBe('in the middle');
      finish.resolve();
      await broker.send(name, '"after"');
      await until('the second', () => seen.at(-1) === 'after');
      const changes = log.records
        .map(({ event }) => event)
        .filter((event) => /[.](ok|degraded)$/.test(event));
      expect(changes).toEqual(['broker.ok', 'broker.degraded', 'broker.ok']);
      await consumer.close();
      await consumer.close();
    });
  });
}
