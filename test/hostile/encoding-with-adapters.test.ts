import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import type { Namespace } from 'socket.io';
import { Emitter, type EventContext, Gateway, GatewireError, inject, OnEvent } from '../../src/index.js';
import { createTestApp, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import { WAIT_MS } from '../support/within.js';

interface ClusterAdapterClass {
  new (namespace: Namespace): { doPublish(message: unknown): Promise<string> };
}
const fromSocketIo = createRequire(createRequire(import.meta.url).resolve('socket.io/package.json'));
const { ClusterAdapter } = fromSocketIo('socket.io-adapter') as { ClusterAdapter: ClusterAdapterClass };

/** Sends to nobody, and encodes as adapters do that talk to other nodes: in a promise, with a recursion of its own. */
class EncodingAdapter extends ClusterAdapter {
  override async doPublish(message: unknown): Promise<string> {
    encode(message);
    return '0';
  }
  async doPublishResponse(): Promise<void> {}
}

/** Uses as much stack as notepack does, so that 3,000 levels are too many for it. */
function encode(value: unknown, depth = 0): number {
  if (typeof value === 'bigint') throw new TypeError('BigInt');
  if (depth > 2_000) throw new RangeError('Maximum call stack size exceeded');
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + encode(one, depth + 1), 0);
}

function nested(levels: number): unknown {
  let value: unknown = [];
  for (let i = 1; i < levels; i++) value = [value];
  return value;
}

const circular: { self?: unknown } = {};
circular.self = circular;

const VALUES: Readonly<Record<string, () => unknown>> = {
  bigint: () => ({ n: 1n }),
  circular: () => circular,
  'levels-3000': () => nested(3_000),
  'levels-200000': () => nested(200_000),
  blob: () => new Blob(['bytes']),
  toJSON: () => ({
    toJSON() {
      throw new Error('no');
    },
  }),
};

const WAYS: Readonly<Record<string, (ctx: EventContext, bad: unknown, emitter: Emitter) => unknown>> = {
  reply: (_ctx, bad) => bad,
  'to(room)': (ctx, bad) => ctx.namespace.to('room').emit('out', bad),
  broadcast: (ctx, bad) => ctx.broadcast.emit('out', bad),
  volatile: (ctx, bad) => ctx.namespace.volatile.emit('out', bad),
  Emitter: (_ctx, bad, emitter) => emitter.namespace('/').emit('out', bad),
  'user room': (_ctx, bad, emitter) => emitter.namespace('/').user('ann').emit('out', bad),
  'raw io.to': (ctx, bad) => void ctx.socket.nsp.to('room').emit('out', bad),
  'raw emit with ack': (ctx, bad) => void ctx.socket.nsp.timeout(50).emit('out', bad, () => {}),
  call: (ctx, bad) => ctx.namespace.socket(ctx.socket.id).call('out', bad, { timeoutMs: 50 }),
  'error details': (_ctx, bad) => {
    throw new GatewireError('BROKEN', { details: bad });
  },
};

@Gateway('/')
class Bad {
  constructor(@inject(Emitter) private readonly emitter: Emitter) {}

  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent('join') async join(_payload: unknown, ctx: EventContext) {
    await ctx.join('room');
  }
  @OnEvent('bad') bad([way, value]: [string, string], ctx: EventContext) {
    return WAYS[way]?.(ctx, VALUES[value]?.(), this.emitter);
  }
  @OnEvent('acks') acks(_payload: unknown, ctx: EventContext) {
    return (ctx.socket as unknown as { acks: Map<number, unknown> }).acks.size;
  }
}

const ADAPTERS: readonly [string, TestAppOptions][] = [
  ['one node', {}],
  ['many nodes', { adapter: EncodingAdapter as never }],
  ['state recovery', { socket: { connectionStateRecovery: {} } }],
];

describe.each(ADAPTERS)('what cannot be encoded fails alone with the adapter of %s', (name, options) => {
  const pairs = Object.keys(WAYS).flatMap((way) => Object.keys(VALUES).map((value) => [way, value]));

  it('for each way out and each value', async () => {
    const test: TestApp = await createTestApp(Bad, options);
    const [ann, bob] = [await test.client.connect(), await test.client.connect()];
    await ann.call('join');
    await bob.call('join');
    for (const [way, value] of pairs) {
      const answer = await ann.socket.timeout(WAIT_MS).emitWithAck('bad', [way, value]);
      // JSON alone manages 3,000 levels.
      const isFine = value === 'levels-3000' && (name === 'one node' || !isRoom(way as string));
      if (!isFine) expect([way, value, answer]).toMatchObject([way, value, { ok: false }]);
      expect(await bob.call('ping')).toBe('pong');
    }
    expect(await ann.call('acks')).toBeLessThanOrEqual(1);
    // Whatever went wrong went to the log, and only there.
    expect(test.takeErrors().every((error) => error instanceof Error)).toBe(true);
    await test.close();
  });

  it('when the adapter is set while the application runs', async () => {
    if (options.adapter === undefined) return;
    await using test = await createTestApp(Bad);
    test.app.io.adapter(EncodingAdapter as never);
    expect(() => test.app.io.to('room').emit('out', nested(3_000))).toThrow(RangeError);
    expect(() => test.app.io.emit('out', 1n)).toThrow(TypeError);
  });
});

function isRoom(way: string): boolean {
  return !['reply', 'call', 'error details'].includes(way);
}
