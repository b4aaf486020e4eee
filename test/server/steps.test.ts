import { expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  type ConnectContext,
  type EventContext,
  Gateway,
  GatewireError,
  Guard,
  type Middleware,
  OnEvent,
  Use,
} from '../../src/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';

const trace = (name: string, lines: string[]): Middleware => ({
  async connect(_ctx: ConnectContext, next) {
    lines.push(`${name} connect`);
    await next();
    lines.push(`${name} let in`);
  },
  async event(ctx: EventContext, next) {
    lines.push(`${name} ${JSON.stringify(ctx.payload)}`);
    const answer = await next();
    lines.push(`${name} got ${JSON.stringify(answer)}`);
  },
});

describeMatrix('middleware and guards', (cell) => {
  it('run in one order: app, gateway, schema, event, guards, handler', async () => {
    const lines: string[] = [];
    @Use(trace('gateway', lines))
    @Guard(() => lines.push('gateway guard') > 0)
    @Gateway('/')
    class Ordered {
      @Guard((ctx: EventContext) => lines.push(`guard ${ctx.payload}`) > 0)
      @Use(trace('event', lines))
      @OnEvent('n', { payload: z.string().transform(Number) })
      n(n: number) {
        lines.push(`handler ${n}`);
        return n + 1;
      }
    }
    await using test = await createTestApp(Ordered, { ...cell, use: [trace('app', lines)] });
    const client = await test.client.connect();
    expect(lines.splice(0)).toEqual(['app connect', 'gateway connect', 'gateway let in', 'app let in']);
    expect(await client.call('n', '1')).toBe(2);
    expect(lines).toEqual([
      'app "1"',
      'gateway "1"',
      'event 1',
      'gateway guard',
      'guard 1',
      'handler 1',
      'event got 2',
      'gateway got 2',
      'app got 2',
    ]);
  });

  it('answer in place of the handler with a value, and refuse with neither a value nor next()', async () => {
    @Gateway('/')
    class Short {
      @Use({ event: () => 'cached' }) @OnEvent('cached') cached() {
        throw new Error('never runs');
      }
      @Use({ event: () => undefined }) @OnEvent('forgot') forgot() {
        throw new Error('never runs');
      }
      @Use({ event: async () => {} }) @OnEvent('forgot-later') forgotLater() {
        throw new Error('never runs');
      }
      @Use({ event: async (_ctx, next) => (await next()) === 1 && 'changed' }) @OnEvent('changed') changed() {
        return 1;
      }
    }
    await using test = await createTestApp(Short, cell);
    const client = await test.client.connect();
    expect(await client.call('cached')).toBe('cached');
    expect(await client.call('changed')).toBe('changed');
    await expect(client.call('forgot')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(client.call('forgot-later')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const said = test.log.records
      .filter((record) => record.level === 'warn')
      .map((record) => String(record['error']));
    expect(said[0]).toMatch(/middleware \(test\/server\/steps\.test\.ts:\d+:\d+\) neither called next\(\)/);
  });

  it('keep an error that next() gave, run the rest once, and leave nothing unhandled', async () => {
    let runs = 0;
    const twice: Middleware = {
      async event(_ctx, next) {
        await Promise.all([next(), next()]);
      },
    };
    const careless: Middleware = {
      event(_ctx, next) {
        void next();
      },
    };
    const swallowing: Middleware = {
      async event(_ctx, next) {
        await next().catch(() => {});
      },
    };
    const throwing: Middleware = {
      event(_ctx, next) {
        void next();
        throw new GatewireError('CONFLICT');
      },
    };
    @Gateway('/')
    class Errors {
      @Use(twice) @OnEvent('twice') twice() {
        return ++runs;
      }
      @Use(careless) @OnEvent('careless') async careless() {
        throw new GatewireError('SOLD_OUT');
      }
      @Use(swallowing) @OnEvent('swallowing') async swallowing() {
        throw new GatewireError('SOLD_OUT');
      }
      @Use(throwing) @OnEvent('throwing') async throwing() {
        throw new GatewireError('SOLD_OUT');
      }
    }
    await using test = await createTestApp(Errors, cell);
    const client = await test.client.connect();
    expect(await client.call('twice')).toBe(1);
    await expect(client.call('careless')).rejects.toMatchObject({ code: 'SOLD_OUT' });
    await expect(client.call('swallowing')).rejects.toMatchObject({ code: 'SOLD_OUT' });
    await expect(client.call('throwing')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('refuse a connect by throwing, or by forgetting next()', async () => {
    @Use({
      connect: () => {
        throw new GatewireError('FORBIDDEN', { message: 'not today', details: { until: 'noon' } });
      },
    })
    @Gateway('/throws')
    class Throws {}
    @Use({ connect: () => true })
    @Gateway('/forgets')
    class Forgets {}
    await using test = await createTestApp([Throws, Forgets], cell);
    await expect(test.client.connect('/throws')).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'not today',
      details: { until: 'noon' },
      id: expect.any(String),
    });
    await expect(test.client.connect('/forgets')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('may be injectable classes', async () => {
    class Counter {
      count = 0;
    }
    const { inject } = await import('../../src/index.js');
    class Counting implements Middleware {
      constructor(@inject(Counter) private readonly counter: Counter) {}
      event(_ctx: EventContext, next: () => Promise<unknown>) {
        this.counter.count++;
        return next();
      }
    }
    class EvenOnly {
      constructor(@inject(Counter) private readonly counter: Counter) {}
      check() {
        return this.counter.count % 2 === 0;
      }
    }
    @Gateway('/')
    class Counted {
      @Use(Counting) @Guard(EvenOnly) @OnEvent('n') n() {
        return 'even';
      }
    }
    await using test = await createTestApp(Counted, cell);
    const client = await test.client.connect();
    await expect(client.call('n')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await client.call('n')).toBe('even');
  });
});
