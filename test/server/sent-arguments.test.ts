import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { type Connection, connect } from '../../src/client/index.js';
import { Ack, type AnyContract, Args, type EventContext, Gateway, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';

@Gateway('/')
class Home {
  @OnEvent('list') list(@Args() args: readonly unknown[]) {
    return args;
  }
  @OnEvent('optional', { payload: z.string().optional() }) optional(payload?: string) {
    return payload ?? 'nothing';
  }
  @OnEvent('tell') tell(way: string, ctx: EventContext) {
    const target = { ctx, room: ctx.namespace, socket: ctx.namespace.socket(ctx.socket.id) }[way];
    target?.emit('told', 1, undefined, 2, undefined, undefined);
    target?.emit('empty', undefined);
  }
  @OnEvent('ask') async ask(_: unknown, ctx: EventContext) {
    const one = await ctx.namespace.socket(ctx.socket.id).call('question');
    const { answers } = await ctx.namespace.callAll('question', undefined);
    return [one, ...answers];
  }
  @OnEvent('raw', { reply: 'raw' }) raw(@Ack() ack: (...values: unknown[]) => void) {
    ack(1, undefined, 2, undefined);
  }
}

describeMatrix('`undefined` at the end of arguments', (cell) => {
  it('is not sent by clients, and stays null within', async () => {
    await using test = await createTestApp(Home, cell);
    const kit = await test.client.connect();
    const page: Connection<AnyContract> = connect('/', test.url, {
      socket: { transports: [cell.transport] },
    });
    try {
      const clients = [kit, page] as unknown as (typeof kit)[];
      const callers = [...clients, page.timeout(5_000) as unknown as typeof kit];
      for (const client of callers) {
        expect(await client.call('list', undefined)).toEqual([]);
        expect(await client.call('list', 1, undefined, 2, undefined, undefined)).toEqual([1, null, 2]);
        expect(await client.call('optional', undefined)).toBe('nothing');
      }
      const { api } = page as unknown as { api: Record<string, (...args: unknown[]) => Promise<unknown>> };
      expect(await api['list']?.(1, undefined)).toEqual([1]);
      const arrived: unknown[][] = [];
      for (const { socket } of [kit, page])
        test.app.io.sockets.sockets
          .get(String(socket.id))
          ?.on('heard', (...args: unknown[]) => arrived.push(args));
      for (const client of clients) {
        client.emit('heard', undefined, 1, undefined);
        client.emit('heard', undefined);
        await client.call('list');
      }
      expect(arrived).toEqual([[null, 1], [], [null, 1], []]);
    } finally {
      page.close();
    }
  });

  it('is not sent by the server, and stays null within', async () => {
    await using test = await createTestApp(Home, cell);
    const client = await test.client.connect();
    for (const way of ['ctx', 'room', 'socket']) {
      client.emit('tell', way);
      expect(await client.nextArgs('told')).toEqual([1, null, 2]);
      expect(await client.nextArgs('empty')).toEqual([]);
    }
    expect(test.emits.at(-1)?.args).toEqual([]);
    client.socket.on('question', (...args: unknown[]) =>
      (args.pop() as (answer: unknown) => void)(args.length),
    );
    expect(await client.call('ask')).toEqual([0, 0]);
    expect(await client.ack('raw')).toEqual([1, null, 2]);
  });
});
