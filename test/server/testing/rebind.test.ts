import { describe, expect, it } from '@jest/globals';
import { redisAdapter } from 'gatewire/redis';
import {
  createApp,
  Emitter,
  type EventContext,
  Gateway,
  inject,
  OnEvent,
  token,
} from '../../../src/index.js';
import { createTestApp } from '../../../src/testing/index.js';

const GREETING = token<string>('Greeting');

class Clock {
  now(): number {
    return Date.now();
  }
}

/** It has a service of its own, which has to be found behind it. */
class Stamps {
  constructor(@inject(Clock) private readonly clock: Clock) {}
  next(): string {
    return `at ${this.clock.now()}`;
  }
}

@Gateway('/desk', { auth: () => ({ user: { id: 'nobody' } }) })
class Desk {
  constructor(
    @inject(GREETING) private readonly greeting: string,
    @inject(Stamps) private readonly stamps: Stamps,
    @inject(Emitter) private readonly emitter: Emitter,
  ) {}

  @OnEvent('greet') greet() {
    return `${this.greeting} ${this.stamps.next()}`;
  }

  @OnEvent('speak') async speak(_: undefined, ctx: EventContext) {
    await ctx.join('hall');
    ctx.emit('said', 'you', 1);
    ctx.to('hall').except('quiet').emit('said', 'hall');
    ctx.namespace.user('ann').emit('said', 'ann');
    ctx.namespace.socket('no such socket').emit('said', 'nobody');
    this.emitter.namespace('/desk').emit('said', 'all');
    this.emitter.namespace('/desk').to('x'.repeat(20)).emit('said', 'a room that looks like an id');
  }
}

const app = createApp({
  gateways: [Desk],
  providers: [{ provide: GREETING, useValue: 'hello' }],
  // What a test must not need: a certificate, another port, another node.
  tls: { key: 'missing.key', cert: 'missing.pem' },
  health: { port: 1 },
  adapter: redisAdapter({ url: undefined }),
});

describe('createTestApp of an application', () => {
  it('makes another one, with its options and without what needs ports or nodes', async () => {
    await using test = await createTestApp(app);
    const client = await test.client.connect();
    expect(await client.call('greet')).toMatch(/^hello at \d+$/);
    expect(app.address).toBeNull();
  });

  it('puts other services in the place of its own, also behind others', async () => {
    const rebind = [
      { provide: Clock, useValue: { now: () => 7 } },
      { provide: GREETING, useFactory: async () => 'ahoy' },
    ];
    await using test = await createTestApp(app, { rebind });
    expect(await (await test.client.connect()).call('greet')).toBe('ahoy at 7');
    await using other = await createTestApp(app);
    expect(await (await other.client.connect()).call('greet')).toMatch(/^hello/);
  });

  it('says so when the container is not gatewire’s', async () => {
    const container = { get: () => 'anything' };
    const options = { container, rebind: [{ provide: GREETING, useValue: 'ahoy' }] };
    await expect(createTestApp(Desk, options as never)).rejects.toThrow(/`rebind`.*`container`/);
  });

  it('shows what the server emitted, and to whom', async () => {
    await using test = await createTestApp(app);
    const client = await test.client.as({ id: 'ann' }).connect();
    await client.call('speak');
    const { id = '' } = client.socket;
    const to = { namespace: '/desk', event: 'said', rooms: [], users: [], sockets: [], except: [] };
    expect(test.emits).toEqual([
      { ...to, args: ['you', 1], sockets: [id] },
      { ...to, args: ['hall'], rooms: ['hall'], except: ['quiet', id] },
      { ...to, args: ['ann'], users: ['ann'] },
      { ...to, args: ['nobody'], sockets: ['no such socket'] },
      { ...to, args: ['all'] },
      { ...to, args: ['a room that looks like an id'], rooms: ['x'.repeat(20)] },
    ]);
  });
});
