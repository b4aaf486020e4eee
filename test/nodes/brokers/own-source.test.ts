import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type ConsumeOptions,
  type Consumer,
  consume,
  type Delivery,
  type Handler,
  type Intake,
  type Source,
} from 'gatewire/brokers';
import { TestLog } from '../../../src/testing/test-log.js';
import { deferred } from '../../support/deferred.js';
import { until } from '../../support/until.js';
import { within } from '../../support/within.js';

/** A source of the application's own, whose session is in the hands of the test. */
class HandMade implements Source {
  readonly label = 'by hand';
  readonly events: string[] = [];
  opened = 0;
  failure: Error | null = null;
  intake!: Intake;

  async open(intake: Intake) {
    this.opened++;
    if (this.failure !== null) throw this.failure;
    this.intake = intake;
    return {
      stop: async () => void this.events.push('stop'),
      close: async () => void this.events.push('close'),
    };
  }

  deliver(body: unknown, given: Partial<Delivery> = {}): Promise<void> {
    const note = (event: string) => async () => void this.events.push(event);
    return this.intake.deliver({
      body: Buffer.from(JSON.stringify(body)),
      headers: {},
      id: null,
      topic: 'hand',
      key: null,
      deliveries: 1,
      ack: note('ack'),
      release: note('release'),
      giveUp: async ({ 'gatewire-reason': reason }) => {
        this.events.push(`gave up: ${reason}`);
        return false;
      },
      ...given,
    });
  }
}

const log = new TestLog();
const open: Consumer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((consumer) => consumer.close()));
  log.records.length = 0;
});

async function consuming(handler: Handler, options: ConsumeOptions = {}) {
  const source = new HandMade();
  const consumer = consume(source, handler, { logger: log, retryDelayMs: 1, ...options });
  open.push(consumer);
  await until('connected', () => consumer.health.status === 'ok');
  return { source, consumer };
}

describe('a source of the application', () => {
  it('gets its messages settled one by one, and closed in order', async () => {
    const { source, consumer } = await consuming(() => {});
    await source.deliver('one');
    expect(source.events).toEqual(['ack']);
    await consumer.close();
    expect(source.events).toEqual(['ack', 'stop', 'close']);
    await source.deliver('late');
    expect(source.events.at(-1)).toBe('release');
    expect(consumer.health.counters.delivered).toBe(1);
  });

  it('is opened again and again while it fails, with one line of log and no password in it', async () => {
    const source = new HandMade();
    source.failure = new Error('no way to amqp://me:secret@host');
    const consumer = consume(source, () => {}, { logger: log });
    open.push(consumer);
    await until('three tries', () => source.opened >= 3);
    expect(consumer.health).toMatchObject({ status: 'degraded', reason: 'no way to amqp://…@host' });
    expect(log.records.map(({ event, level }) => `${level} ${event}`)).toEqual(['warn broker.degraded']);
    source.failure = null;
    await until('connected', () => consumer.health.status === 'ok');
    source.intake.broken(new Error('gone'));
    source.intake.broken(new Error('gone twice'));
    await until('connected again', () => source.opened >= 5);
    expect(source.events).toEqual(['close']);
  });

  it('gets back what waits for a further try when the session breaks or the consumer closes', async () => {
    const { source, consumer } = await consuming(
      () => {
        throw new Error('not now');
      },
      { retryDelayMs: 600_000 },
    );
    const waiting = source.deliver('one');
    await until('a try', () => consumer.health.counters.failed === 1);
    source.intake.broken(new Error('gone'));
    await within('given back', waiting);
    await until('connected again', () => source.opened === 2 && consumer.health.status === 'ok');
    const again = source.deliver('two');
    await until('a try', () => consumer.health.counters.failed === 2);
    await consumer.close();
    await within('given back', again);
    expect(source.events.filter((event) => event === 'release')).toHaveLength(2);
  });

  it('is closed in time although a handler hangs, whose signal aborts then', async () => {
    const aborted = deferred<unknown>();
    const { source, consumer } = await consuming(
      ({ signal }) => {
        signal.addEventListener('abort', () => aborted.resolve(signal.reason));
        return new Promise(() => {});
      },
      { closeTimeoutMs: 50 },
    );
    void source.deliver('one');
    await until('delivered', () => consumer.health.counters.delivered === 1);
    await within('closed', consumer.close());
    expect(await within('aborted', aborted.promise)).toMatchObject({
      message: 'the consumer is closed',
    });
    expect(source.events).toEqual(['stop', 'release', 'close']);
  });

  it('is closed in time although it never opens, and what opens late is closed', async () => {
    const late = deferred();
    const events: string[] = [];
    const source: Source = {
      label: 'slow',
      open: async () => {
        await late.promise;
        return { stop: async () => {}, close: async () => void events.push('close') };
      },
    };
    const consumer = consume(source, () => {}, { logger: log });
    await within('closed', consumer.close());
    expect(consumer.health.status).toBe('closed');
    late.resolve();
    await until('closed late', () => events.length === 1);
  });

  it('keeps the message of which the dead letter cannot be put away, until it can', async () => {
    let isFull = true;
    const { source, consumer } = await consuming(
      () => {
        throw new Error('never');
      },
      { attempts: 1 },
    );
    const given = source.deliver('one', {
      giveUp: async () => {
        if (isFull) throw new Error('full');
        return true;
      },
    });
    await until('it was told', () => log.records.some(({ event }) => event === 'broker.dead-letter-failed'));
    expect(consumer.health.counters.deadLettered).toBe(0);
    isFull = false;
    await within('put away', given);
    expect(consumer.health.counters).toMatchObject({ deadLettered: 1, failed: 1 });
    expect(log.records.filter(({ event }) => event === 'broker.dead-letter-failed')).toHaveLength(1);
  });

  it('is not asked to try what was delivered too often: it may be what ends processes', async () => {
    const seen: number[] = [];
    const { source, consumer } = await consuming(({ attempt }) => seen.push(attempt), { attempts: 3 });
    await source.deliver('one', { deliveries: 3 });
    await source.deliver('two', { deliveries: 4 });
    expect(seen).toEqual([3]);
    expect(source.events).toEqual(['ack', 'gave up: failed']);
    expect(consumer.health.counters).toMatchObject({ delivered: 2, redelivered: 2, dropped: 1 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 0, -3, 1.5, '3', null, undefined])(
    'may count deliveries as %s: the message is tried as often as it may be, and given up',
    async (deliveries) => {
      const seen: unknown[] = [];
      const { source, consumer } = await consuming(
        ({ attempt, redelivered }) => {
          seen.push([attempt, redelivered]);
          throw new Error('never');
        },
        { attempts: 3 },
      );
      await within('settled', source.deliver('one', { deliveries: deliveries as number }));
      expect(seen).toEqual([1, 2, 3].map((attempt) => [attempt, false]));
      expect(source.events).toEqual(['gave up: failed']);
      expect(consumer.health.counters).toMatchObject({ redelivered: 0, failed: 3, dropped: 1 });
    },
  );

  it('may fail at everything: nothing rejects, and the log says it', async () => {
    const { source, consumer } = await consuming(() => {});
    const no = async (): Promise<never> => {
      throw new Error('no');
    };
    await source.deliver('one', { ack: no });
    expect(log.records.map(({ event }) => event)).toContain('broker.ack-failed');
    await consumer.close();
    await source.deliver('two', { release: no });
    expect(log.records.map(({ event }) => event)).toContain('broker.release-failed');
  });
});
