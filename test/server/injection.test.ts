import { afterEach, describe, expect, it } from '@jest/globals';
import { Container, inject as inversifyInject, preDestroy } from 'inversify';
import {
  BootError,
  type ConnectContext,
  CurrentContext,
  createApp,
  type EventContext,
  Gateway,
  Guard,
  inject,
  OnConnect,
  OnDisconnect,
  OnEvent,
  Scoped,
  token,
} from '../../src/index.js';
import { createTestApp, type TestApp } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';
import { within } from '../support/within.js';

let lines: string[] = [];
afterEach(() => {
  lines = [];
});

const GREETING = token<string>('GREETING');
const NAME = token<string>('NAME');

class Store {
  n = 0;
}

@Gateway('/a')
class A {
  constructor(@inject(Store) private readonly store: Store) {}
  @OnEvent('n') n() {
    return ++this.store.n;
  }
}

@Gateway('/b')
class B extends A {}

describe('injection', () => {
  it('makes a class once, without registration, also for a gateway that inherits its constructor', async () => {
    await using test = await createTestApp([A, B]);
    expect(await (await test.client.connect('/a')).call('n')).toBe(1);
    expect(await (await test.client.connect('/b')).call('n')).toBe(2);
    expect(test.app.get(Store).n).toBe(2);
  });

  it('takes values, classes and factories, and awaits promises in the order of the list', async () => {
    class Clock {
      now() {
        return 'real';
      }
    }
    class FakeClock extends Clock {
      override now() {
        return 'fake';
      }
    }
    @Gateway('/')
    class Greeter {
      @inject(GREETING) private readonly greeting!: string;
      constructor(@inject(Clock) private readonly clock: Clock) {}
      @OnEvent('hello') hello() {
        return `${this.greeting} ${this.clock.now()}`;
      }
    }
    await using test = await createTestApp(Greeter, {
      providers: [
        { provide: Clock, useClass: FakeClock },
        { provide: NAME, useFactory: async () => 'ann' },
        { provide: GREETING, useFactory: (get) => `hello ${get(NAME)}` },
      ],
    });
    expect(await (await test.client.connect()).call('hello')).toBe('hello ann fake');
  });

  it('reports a factory that fails, one that asks too early, and a constructor that throws', async () => {
    @Gateway('/')
    class Greeter {
      constructor(@inject(GREETING) readonly greeting: string) {}
    }
    const disposed: string[] = [];
    const failing = createApp({
      gateways: [Greeter],
      logger: false,
      providers: [
        { provide: 'first', useFactory: () => ({ [Symbol.dispose]: () => disposed.push('first') }) },
        { provide: GREETING, useFactory: (get) => get(NAME) },
        { provide: NAME, useFactory: () => Promise.reject(new Error('no such host')) },
      ],
    });
    const error = (await failing.listen(0).catch((caught) => caught)) as BootError;
    expect(error).toBeInstanceOf(BootError);
    expect(error.problems.map(({ code, message }) => [code, message])).toEqual([
      ['GW_ERR_BOOT_PROVIDER_ORDER', 'the factory of `GREETING` asks for `NAME`, which is not ready yet'],
      ['GW_ERR_BOOT_PROVIDER_FAILED', 'the provider of `NAME` failed: no such host'],
    ]);
    expect(error.problems[0]?.places[0]?.location).toMatch(/^test\/server\/injection\.test\.ts:\d+:\d+$/);
    expect(disposed).toEqual(['first']);

    class Broken {
      constructor() {
        throw new Error('cannot connect');
      }
    }
    @Gateway('/')
    class Needs {
      constructor(@inject(Broken) readonly broken: Broken) {}
    }
    const broken = createApp({ gateways: [Needs], logger: false });
    await expect(broken.listen(0)).rejects.toMatchObject({
      problems: [
        { code: 'GW_ERR_BOOT_CONSTRUCTION_FAILED', message: expect.stringContaining('cannot connect') },
      ],
    });
    expect(broken.address).toBeNull();
  });

  it('makes one instance per client, or per event, and disposes of it when that ends', async () => {
    class Ledger {
      static made = 0;
      readonly id = ++Ledger.made;
      @preDestroy() close() {
        lines.push(`ledger ${this.id} closed`);
      }
    }
    Scoped('connection')(Ledger);
    class Audit {
      constructor(
        @inject(CurrentContext) readonly ctx: EventContext,
        @inject(Ledger) readonly ledger: Ledger,
      ) {}
      async [Symbol.asyncDispose]() {
        lines.push(`audit of ${this.ctx.event} disposed`);
      }
    }
    Scoped('event')(Audit);
    class IsAudited {
      constructor(@inject(Audit) private readonly audit: Audit) {}
      check(ctx: EventContext) {
        return this.audit.ctx === ctx;
      }
    }
    Scoped('event')(IsAudited);
    @Scoped('event')
    @Gateway('/')
    class Scopes {
      constructor(
        @inject(Audit) private readonly audit: Audit,
        @inject(Ledger) private readonly ledger: Ledger,
      ) {}
      @OnConnect() connect() {
        lines.push(`connected with ledger ${this.ledger.id}`);
      }
      @Guard(IsAudited) @OnEvent('spend') async spend(_payload: unknown, ctx: EventContext) {
        await Promise.resolve();
        return {
          sameContext: this.audit.ctx === ctx,
          ledger: this.ledger.id,
          same: this.audit.ledger === this.ledger,
        };
      }
      @OnDisconnect() left(ctx: ConnectContext) {
        lines.push(`left ${ctx.rooms.size}`);
      }
    }
    await using test = await createTestApp(Scopes);
    const [ann, bob] = [await test.client.connect(), await test.client.connect()];
    expect(await ann.call('spend')).toEqual({ sameContext: true, ledger: 1, same: true });
    expect(await bob.call('spend')).toEqual({ sameContext: true, ledger: 2, same: true });
    expect(await ann.call('spend')).toEqual({ sameContext: true, ledger: 1, same: true });
    expect(lines.filter((line) => line === 'audit of spend disposed')).toHaveLength(3);
    await test.close();
    expect(lines.slice(-2).sort()).toEqual(['ledger 1 closed', 'ledger 2 closed']);
  });

  it('disposes of what was made last first, and of one after the other', async () => {
    const ended = deferred();
    const service = (name: string, end = async (): Promise<void> => {}) => {
      class Service {
        @preDestroy() async close() {
          lines.push(`${name} closes`);
          await Promise.resolve();
          lines.push(`${name} is closed`);
        }
        async [Symbol.asyncDispose]() {
          await Promise.resolve();
          lines.push(`${name} is disposed of`);
          await end();
        }
      }
      return Service;
    };
    class Base extends service('base', async () => ended.resolve()) {}
    Scoped('event')(Base);
    class Upper extends service('upper') {
      constructor(@inject(Base) readonly base: Base) {
        super();
      }
    }
    Scoped('event')(Upper);
    @Scoped('event')
    @Gateway('/')
    class Uses {
      constructor(@inject(Upper) readonly upper: Upper) {}
      @OnEvent('use') use() {}
    }
    await using test = await createTestApp(Uses);
    await (await test.client.connect()).call('use');
    await within('the end of the event', ended.promise);
    expect(lines).toEqual([
      'upper closes',
      'upper is closed',
      'upper is disposed of',
      'base closes',
      'base is closed',
      'base is disposed of',
    ]);
  });

  it('takes from the container of the application, and leaves it as it was', async () => {
    const container = new Container();
    container.bind(Store).toSelf().inSingletonScope();
    await using test = await createTestApp([A], { container });
    expect(await (await test.client.connect('/a')).call('n')).toBe(1);
    expect(container.get(Store).n).toBe(1);
    expect(container.isBound(A)).toBe(false);
    await test.close();
    expect(container.get(Store).n).toBe(1);
  });

  const store = new Store();
  const made = new Map<unknown, unknown>([[A, new A(store)]]);
  const get = (wanted: unknown) => made.get(wanted);
  it.each([
    ['an object', { get }],
    ['a class, as that of typedi', Object.assign(class {}, { get })],
  ])('takes from anything with get(token): %s', async (_, container) => {
    store.n = 0;
    await using test = await createTestApp([A], { container });
    expect(await (await test.client.connect('/a')).call('n')).toBe(1);
    expect(store.n).toBe(1);
  });

  it("understands inversify's own decorators", async () => {
    @Gateway('/')
    class Own {
      constructor(@inversifyInject(Store) private readonly store: Store) {}
      @OnEvent('n') n() {
        return ++this.store.n;
      }
    }
    await using test = await createTestApp(Own);
    expect(await (await test.client.connect()).call('n')).toBe(1);
  });

  it('disposes of singletons when the application closes', async () => {
    class Pool {
      [Symbol.dispose]() {
        lines.push('pool');
      }
    }
    class Client {
      constructor(@inject(Pool) readonly pool: Pool) {}
      @preDestroy() async end() {
        lines.push('client');
      }
    }
    @Gateway('/')
    class Uses {
      constructor(@inject(Client) readonly client: Client) {}
    }
    const test: TestApp = await createTestApp(Uses);
    await test.close();
    expect(lines.sort()).toEqual(['client', 'pool']);
  });

  it('reports what throws while it is disposed of, and disposes of the rest', async () => {
    class Pool {
      [Symbol.dispose]() {
        lines.push('pool');
        throw new Error('the pool is busy');
      }
    }
    class Client {
      constructor(@inject(Pool) readonly pool: Pool) {}
      @preDestroy() end() {
        throw new Error('the client is busy');
      }
    }
    class Visit {
      [Symbol.dispose]() {
        throw new Error('the visit is not over');
      }
    }
    Scoped('event')(Visit);
    @Scoped('event')
    @Gateway('/')
    class Visits {
      constructor(
        @inject(Client) readonly client: Client,
        @inject(Visit) readonly visit: Visit,
      ) {}
      @OnConnect() connect() {}
    }
    await using test = await createTestApp(Visits);
    await test.client.connect();
    await test.app.close();
    expect(lines).toEqual(['pool']);
    expect(test.takeErrors().map((error) => (error as Error).message)).toEqual([
      'the visit is not over',
      'the pool is busy',
      expect.stringContaining('the client is busy'),
    ]);
  });
});
