import { type RedisAdapterOptions, type RedisMode, redisAdapter } from 'gatewire/redis';
import {
  type ConnectContext,
  Emitter,
  type EventContext,
  Gateway,
  inject,
  OnConnect,
  OnEvent,
  OnServerSideEmit,
  type ServerSideContext,
} from '../../src/index.js';
import { createTestApp, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import type { RedisServer } from '../support/redis-server.js';

export const MODES: readonly RedisMode[] = ['classic', 'sharded', 'streams'];

/** What the tests of several nodes need: rooms by name, and a way to greet on connecting. */
@Gateway('/', { auth: (handshake) => ({ user: { id: String(handshake.auth['user'] ?? 'anybody') } }) })
export class Lobby {
  static served = 0;

  constructor(@inject(Emitter) readonly emitter: Emitter) {}

  @OnConnect() greet(ctx: ConnectContext): void {
    ctx.emit('hello', ctx.socket.id);
  }

  @OnEvent('join') async join(room: string, ctx: EventContext): Promise<void> {
    await ctx.join(room);
  }

  @OnEvent('say') say({ room, text }: { room: string; text: unknown }, ctx: EventContext): void {
    ctx.namespace.to(room).emit('said', text);
  }

  @OnServerSideEmit('add') add(payload: { a: number; b: Uint8Array }, ctx: ServerSideContext) {
    return { sum: payload.a + payload.b.length, bytes: payload.b, asked: ctx.node };
  }

  @OnServerSideEmit('broken') broken(): never {
    throw new Error('as told');
  }
}

/** One node of an application on a Redis of the test's own. */
export async function node(
  redis: Pick<RedisServer, 'url'>,
  mode: RedisMode,
  nodeName: string,
  options: Partial<RedisAdapterOptions> = {},
  appOptions: TestAppOptions = {},
): Promise<TestApp> {
  const adapter = redisAdapter({ url: redis.url, mode, nodeName, ...options });
  return createTestApp(Lobby, { adapter, ...appOptions });
}

/** The namespace of a node, as the application would address it. */
export const lobby = (test: TestApp) => test.app.get(Emitter).namespace('/');

/** A client, and the id of its socket. */
export async function guest(test: TestApp, user = 'anybody', options: object = {}) {
  const client = await test.client.connect('/', { auth: { user, token: 'secret-token' }, ...options });
  const id = (await client.next('hello')) as string;
  return { client, id };
}
