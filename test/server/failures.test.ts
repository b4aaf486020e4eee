import { describe, expect, it } from '@jest/globals';
import {
  type EventContext,
  Gateway,
  GatewireError,
  lineLogger,
  OnConnect,
  OnEvent,
} from '../../src/index.js';
import { jwt } from '../../src/middleware/jwt/index.js';
import { createTestApp } from '../../src/testing/index.js';

class NoSuchOrder extends Error {}

class Handlers {
  @OnEvent('order') order() {
    throw new NoSuchOrder('order 7 of customer 12');
  }
  @OnEvent('crash') async crash(_payload: unknown, ctx: EventContext) {
    ctx.log.info({ event: 'order.looked-up', order: 7 });
    throw new Error('select * from orders');
  }
  @OnEvent('hang', { timeoutMs: 1 }) hang(_payload: unknown, ctx: EventContext) {
    return new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
  }
  @OnEvent('refuse') refuse(code: 'OVERLOADED' | 'CONFLICT') {
    throw new GatewireError(code);
  }
  @OnEvent('away') away() {
    throw new GatewireError('UNAVAILABLE', { cause: new Error('no connection to the store') });
  }
}

@Gateway('/')
class Orders extends Handlers {}

describe('failures', () => {
  it('become what mapError makes of them', async () => {
    await using test = await createTestApp(Orders, {
      mapError: (error) =>
        error instanceof NoSuchOrder
          ? new GatewireError('NOT_FOUND', { message: 'no such order' })
          : undefined,
    });
    const client = await test.client.connect();
    await expect(client.call('order')).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'no such order' });
    await expect(client.call('crash')).rejects.toMatchObject({ code: 'INTERNAL', message: 'internal error' });
    expect(test.takeErrors()).toHaveLength(1);
  });

  it('are logged once, under the id that the client sees and the lines of the handler carry', async () => {
    await using test = await createTestApp(Orders);
    const client = await test.client.connect();
    const { id } = (await client.call('crash').catch((error: unknown) => error)) as GatewireError;
    const records = test.log.records.filter((record) => record['id'] === id || record['requestId'] === id);
    expect(records).toMatchObject([
      { level: 'info', event: 'order.looked-up', order: 7, namespace: '/' },
      { level: 'error', event: 'call.failed', call: 'crash', namespace: '/', code: 'INTERNAL' },
    ]);
    expect(String(test.takeErrors()[0])).toBe('Error: select * from orders');
  });

  it('are warnings where the server is slow, full or cut off, and details where the client is to blame', async () => {
    await using test = await createTestApp(Orders);
    const client = await test.client.connect();
    const calls = [
      ['hang'],
      ['refuse', 'OVERLOADED'],
      ['away'],
      ['refuse', 'CONFLICT'],
      ['unknown'],
    ] as const;
    for (const [event, payload] of calls) await client.call(event, payload).catch(() => {});
    const failed = test.log.records.filter(({ event }) => event === 'call.failed');
    expect(failed.map(({ level, code, error }) => [level, code, error && String(error)])).toEqual([
      ['warn', 'TIMEOUT', undefined],
      ['warn', 'OVERLOADED', undefined],
      ['warn', 'UNAVAILABLE', 'Error: no connection to the store'],
      ['debug', 'CONFLICT', undefined],
      ['debug', 'UNKNOWN_EVENT', undefined],
    ]);
  });
});

describe('what clients make the log write', () => {
  it('is bounded for each kind and minute, and counted; wrong tokens are counted only', async () => {
    @Gateway('/', { auth: jwt({ secret: 's'.repeat(32) }) })
    class Closed {}
    @Gateway('/open')
    class Open extends Handlers {}
    await using test = await createTestApp([Closed, Open]);
    const client = await test.client.connect('/open');
    const refused = { code: 'UNAUTHENTICATED' };
    for (let i = 0; i < 15; i++) {
      await client.call('crash').catch(() => {});
      await client.call('refuse', 'OVERLOADED').catch(() => {});
      await expect(test.client.connect('/', { auth: { token: 'a.b.c' } })).rejects.toMatchObject(refused);
    }
    const count = (level: string, code: string) =>
      test.log.records.filter((record) => record.level === level && record['code'] === code).length;
    expect([count('error', 'INTERNAL'), count('warn', 'OVERLOADED')]).toEqual([10, 10]);
    expect([count('warn', 'UNAUTHENTICATED'), count('debug', 'UNAUTHENTICATED')]).toEqual([0, 15]);
    test.takeErrors();
    await test.close();
    expect(test.log.records.filter(({ event }) => event === 'log.suppressed')).toMatchObject([
      { kind: 'INTERNAL crash', suppressed: 5 },
      { kind: 'OVERLOADED refuse', suppressed: 5 },
      { kind: 'UNAUTHENTICATED', suppressed: 15 },
    ]);
  });
});

describe('the default log', () => {
  it('writes one readable line, and the error below it', () => {
    const lines: string[] = [];
    const logger = lineLogger((line) => lines.push(line), true);
    logger.warn({ event: 'call.failed', call: 'a b', code: 'TIMEOUT', ms: 5, nothing: undefined });
    logger.error({ event: 'call.failed', error: new Error('outer', { cause: new Error('inner') }) });
    logger.debug({ event: 'x.y' });
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}call\.failed call="a b" code=TIMEOUT ms=5$/);
    expect(lines[1]).toMatch(/error call\.failed\n {4}Error: outer\n[\s\S]*caused by Error: inner/);
    expect(lines).toHaveLength(3);
  });

  it('lets no client forge a line or move the cursor', () => {
    const lines: string[] = [];
    lineLogger((line) => lines.push(line)).info({ event: 'x', call: 'a\n12:00 error forged \u001b[2J' });
    expect(lines[0]).toMatch(/call="a\\n12:00 error forged \\u001b\[2J"$/);
  });
});

describe('what the application puts on a socket itself', () => {
  it('goes on working: on, use and onAny, in Socket.IO’s order, and then the gateway', async () => {
    const heard: string[] = [];
    @Gateway('/')
    class Mixed {
      @OnConnect() connect({ socket }: EventContext) {
        socket.onAny((event) => heard.push(`any ${event}`));
        socket.use(([event], next) => {
          heard.push(`use ${event}`);
          next(event === 'refused' ? new GatewireError('FORBIDDEN') : undefined);
        });
        socket.on('both', () => heard.push('on both'));
        socket.on('raw', (payload, ack) => ack({ raw: payload }));
        socket.on('throws', () => {
          throw new GatewireError('CONFLICT');
        });
      }
      @OnEvent(['both', 'refused']) both() {
        heard.push('gateway');
        return 'gateway';
      }
    }
    await using test = await createTestApp(Mixed);
    const client = await test.client.connect();
    expect(await client.call('both')).toBe('gateway');
    expect(heard.splice(0)).toEqual(['any both', 'use both', 'on both', 'gateway']);
    await expect(client.call('refused')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(heard.splice(0)).toEqual(['any refused', 'use refused']);
    expect(await client.ack('raw', 1)).toEqual([{ raw: 1 }]);
    await expect(client.call('throws')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(client.call('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
  });
});
