import { describe, expect, it } from '@jest/globals';
import {
  Ctx,
  createApp,
  createParamDecorator,
  type EventContext,
  Gateway,
  Guard,
  OnConnect,
  OnEvent,
  Payload,
  Use,
} from '../../src/index.js';
import type { AppPlan } from '../../src/plan/index.js';
import { createTestApp } from '../../src/testing/index.js';

const planOf = (...gateways: (new () => unknown)[]): AppPlan => createApp({ gateways, logger: false }).plan();

const pass = { event: (_ctx: unknown, next: () => Promise<unknown>) => next() };

describe('decorators', () => {
  it('are inherited, also by an override without decorators, and guards of the base stay', async () => {
    @Use(pass)
    class Base {
      @Guard(() => true) @OnEvent('kept') kept() {
        return 'base';
      }
      @Guard(() => false) @OnEvent('guarded') guarded() {
        return 'base';
      }
      @OnEvent('renamed') renamed(@Ctx() ctx: EventContext) {
        return ctx.event;
      }
    }
    @Gateway('/')
    class Derived extends Base {
      override kept() {
        return 'derived';
      }
      @OnEvent('guarded') override guarded() {
        return 'derived';
      }
      @OnEvent('new-name') override renamed(ctx: EventContext) {
        return super.renamed(ctx);
      }
    }
    await using test = await createTestApp(Derived);
    const client = await test.client.connect();
    expect(await client.call('kept')).toBe('derived');
    await expect(client.call('guarded')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await client.call('new-name')).toBe('new-name');
    await expect(client.call('renamed')).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
    const [namespace] = test.app.plan().namespaces;
    expect(namespace?.events[0]?.outer).toHaveLength(1);
  });

  it('record the line they stand on', () => {
    @Gateway('/')
    class Lines {
      @OnEvent('a') a() {}

      @OnEvent('b') b() {}
    }
    const [namespace] = planOf(Lines).namespaces;
    const [a, b] = namespace?.events.map((event) => event.handler.at.source) ?? [];
    expect(namespace?.gateways[0]?.at.source?.file).toBe(import.meta.filename);
    expect(a?.file).toBe(import.meta.filename);
    expect((b?.line ?? 0) - (a?.line ?? 0)).toBe(3);
  });

  it('pass what parameters ask for, own properties only', async () => {
    const Header = createParamDecorator(async (ctx, name: string) => ctx.handshake.headers[name]);
    @Gateway('/')
    class Parameters {
      @OnEvent('header') header(@Header('x-test') value: string, @Payload('user.name') name: unknown) {
        return [value, name ?? null];
      }
      @OnEvent('path') path(@Payload('constructor.name') name: unknown) {
        return name === undefined;
      }
      @OnConnect() connect(@Ctx() ctx: EventContext) {
        ctx.emit('hello');
      }
    }
    await using test = await createTestApp(Parameters);
    const client = await test.client.connect('/', { extraHeaders: { 'x-test': 'yes' } });
    await client.next('hello');
    expect(await client.call('header', { user: { name: 'ann' } })).toEqual(['yes', 'ann']);
    expect(await client.call('header')).toEqual(['yes', null]);
    expect(await client.call('path', {})).toBe(true);
  });

  it('refuse to run as standard decorators', () => {
    const standard = { kind: 'class', name: 'Chat' };
    expect(() => (Gateway('/') as (...args: unknown[]) => void)(class Chat {}, standard)).toThrow(
      /experimentalDecorators/,
    );
    const method = { kind: 'method', name: 'send' };
    expect(() => (OnEvent('a') as (...args: unknown[]) => void)(() => {}, method)).toThrow(
      /GW_ERR_BUILD_STANDARD_DECORATORS/,
    );
  });

  it('make a plan that nobody can change', () => {
    @Gateway('/')
    class Frozen {
      @Guard(() => true) @OnEvent('a') a() {}
    }
    const plan = planOf(Frozen);
    const isFrozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      value.constructor?.name === 'CallSite' ||
      (Object.isFrozen(value) && Object.values(value).every(isFrozen));
    expect(isFrozen(plan)).toBe(true);
  });
});
