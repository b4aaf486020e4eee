import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Container } from 'inversify';
import { z } from 'zod';
import { ERRORS } from '../../../src/errors/registry.js';
import {
  Ack,
  type AppOptions,
  BootError,
  Concurrency,
  type Contract,
  Ctx,
  createApp,
  defineContract,
  type ErrorCode,
  Gateway,
  Guard,
  gatewayFor,
  guardRoom,
  inject,
  ipFilter,
  OnAnyEvent,
  OnConnect,
  OnEvent,
  OnServerSideEmit,
  OnSubscribe,
  Payload,
  type Problem,
  RateLimit,
  Scoped,
  token,
  Use,
} from '../../../src/index.js';

import { session } from '../../../src/middleware/session/session.js';

type Loose = Omit<AppOptions, 'gateways'> & { readonly gateways?: unknown };

/** What is wrong with an application, without starting it. */
function problemsOf(options: Loose): readonly Problem[] {
  try {
    createApp({ logger: false, ...options } as AppOptions).plan();
    return [];
  } catch (error) {
    if (error instanceof BootError) return error.problems;
    throw error;
  }
}

const codesOf = (options: Loose): readonly string[] => problemsOf(options).map(({ code }) => code);

@Gateway('/fine')
class Fine {
  @OnEvent('x') x() {}
}

const Orders = gatewayFor(
  defineContract('/orders', { clientToServer: { 'order:place': {}, 'order:cancel': {} } }),
);

@Orders.Gateway()
class AllOrders {
  @Orders.OnEvent('order:place') place() {}
  @Orders.OnEvent('order:cancel') cancel() {}
}

const TOKEN = token<string>('GREETING');

/** Each case is one mistake, and the code it has to be reported under. */
const CASES: readonly (readonly [ErrorCode, string, () => Loose])[] = [
  ['GW_ERR_BUILD_NO_GATEWAYS', 'an empty list', () => ({ gateways: [] })],
  ['GW_ERR_BUILD_NOT_A_GATEWAY', 'a class without @Gateway', () => ({ gateways: [Fine, class Plain {}] })],
  ['GW_ERR_BUILD_NOT_A_GATEWAY', 'no class at all', () => ({ gateways: [Fine, 'ChatGateway'] })],
  ['GW_ERR_BUILD_GATEWAY_TWICE', 'the same class twice', () => ({ gateways: [Fine, Fine] })],
  [
    'GW_ERR_BUILD_TWO_NAMESPACES',
    'two @Gateway on a class',
    () => {
      @Gateway('/a')
      @Gateway('/b')
      class Two {}
      return { gateways: [Two] };
    },
  ],
  ...['chat', '/chat/', '/a//b', '/a b', '/:', '/t/:a/:a', '/a?x=1', '/ä', 5, null, /x/g].map(
    (namespace) =>
      [
        'GW_ERR_BUILD_BAD_NAMESPACE',
        `namespace ${String(namespace)}`,
        () => {
          @Gateway(namespace as string)
          class Bad {}
          return { gateways: [Bad] };
        },
      ] as const,
  ),
  ...(
    [
      ['/team/9', '/team/:team'],
      ['/team/:a', '/team/:b'],
      ['/:a/x', '/y/:b'],
      ['/org/5', /^\/org\/\d+$/],
      ['/org/:id', /^\/org\/.+$/],
    ] as const
  ).map(
    ([left, right]) =>
      [
        'GW_ERR_BUILD_NAMESPACE_OVERLAP',
        `${left} and ${String(right)}`,
        () => {
          @Gateway(left)
          class Left {}
          @Gateway(right)
          class Right {}
          return { gateways: [Left, Right] };
        },
      ] as const,
  ),
  [
    'GW_ERR_BUILD_NAMESPACE_DISAGREES',
    'auth of two gateways',
    () => {
      @Gateway('/', { auth: () => ({ user: { id: '1' } }) })
      class Left {}
      @Gateway('/', { auth: false })
      class Right {}
      return { gateways: [Left, Right] };
    },
  ],
  [
    'GW_ERR_BUILD_NAMESPACE_DISAGREES',
    'a public gateway beside one that relies on the auth of the application',
    () => {
      @Gateway('/')
      class Left {}
      @Gateway('/', { auth: false })
      class Right {}
      return { gateways: [Left, Right], auth: () => ({ user: { id: '1' } }) };
    },
  ],
  [
    'GW_ERR_BUILD_NAMESPACE_DISAGREES',
    'data of two gateways',
    () => {
      @Gateway('/', { data: () => ({ a: 1 }) })
      class Left {}
      @Gateway('/', { data: () => ({ b: 1 }) })
      class Right {}
      return { gateways: [Left, Right] };
    },
  ],
  ...['', 5, null, [], /x/y, [/x/g, 'a'], 'x'.repeat(129)].map(
    (name) =>
      [
        'GW_ERR_BUILD_BAD_EVENT_NAME',
        `event ${JSON.stringify(name)} ${String(name)}`,
        () => {
          @Gateway('/')
          class Bad {
            @OnEvent(name as string) on() {}
          }
          return { gateways: [Bad] };
        },
      ] as const,
  ),
  ...[
    'connect',
    'connection',
    'disconnect',
    'disconnecting',
    'error',
    'exception',
    'newListener',
    'gw:auth',
  ].map(
    (name) =>
      [
        'GW_ERR_BUILD_RESERVED_EVENT',
        `event ${name}`,
        () => {
          @Gateway('/')
          class Bad {
            @OnEvent(name) on() {}
          }
          return { gateways: [Bad] };
        },
      ] as const,
  ),
  ...(['a', /^a/] as const).map(
    (name) =>
      [
        'GW_ERR_BUILD_DUPLICATE_EVENT',
        `${String(name)} in two classes`,
        () => {
          @Gateway('/')
          class Left {
            @OnEvent(name) on() {}
          }
          @Gateway('/')
          class Right {
            @OnEvent(['b', name]) on() {}
          }
          return { gateways: [Left, Right] };
        },
      ] as const,
  ),
  [
    'GW_ERR_BUILD_DUPLICATE_CATCH_ALL',
    'two catch-alls',
    () => {
      @Gateway('/')
      class Two {
        @OnAnyEvent() a() {}
        @OnAnyEvent() b() {}
      }
      return { gateways: [Two] };
    },
  ],
  [
    'GW_ERR_BUILD_NOT_A_METHOD',
    'a static method',
    () => {
      @Gateway('/')
      class Bad {
        @OnEvent('a') static on() {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_NOT_A_METHOD',
    'a getter',
    () => {
      @Gateway('/')
      class Bad {
        @OnConnect() get on(): never {
          throw new Error('must not run');
        }
      }
      return { gateways: [Bad] };
    },
  ],
  ...[
    [() => {}, 'a bare function'],
    [{}, 'an empty object'],
    [null, 'null'],
    [class Empty {}, 'an empty class'],
  ].map(
    ([value, title]) =>
      [
        'GW_ERR_BUILD_BAD_MIDDLEWARE',
        String(title),
        () => ({ gateways: [Fine], use: [value as never] }),
      ] as const,
  ),
  [
    'GW_ERR_BUILD_BAD_MIDDLEWARE',
    'connect() at an event',
    () => {
      @Gateway('/')
      class Bad {
        @Use({ connect: () => {} }) @OnEvent('a') on() {}
      }
      return { gateways: [Bad] };
    },
  ],
  ...[undefined, true, class NoCheck {}].map(
    (value) =>
      [
        'GW_ERR_BUILD_BAD_GUARD',
        String(value),
        () => {
          @Gateway('/')
          class Bad {
            @Guard(value as never) @OnEvent('a') on() {}
          }
          return { gateways: [Bad] };
        },
      ] as const,
  ),
  ...(
    [
      ['something else', { pattern: 'a', check: () => true }],
      ['no check', guardRoom('a', undefined as never)],
      ['a class as check', guardRoom('a', class {} as never)],
      ['a RegExp with the flag g', guardRoom(/a/g, () => true)],
      ['no pattern', guardRoom(undefined as never, () => true)],
      ['an empty pattern', guardRoom('', () => true)],
      ['a star among others', guardRoom('order/*', () => true)],
      ['a nameless parameter', guardRoom('order/:', () => true)],
      ['a parameter that is no name', guardRoom('order/:1', () => true)],
      ['a parameter twice', guardRoom('a/:id/:id', () => true)],
    ] as const
  ).flatMap(([title, room]) => [
    [
      'GW_ERR_BUILD_BAD_ROOM_GUARD',
      `${title} in the application`,
      () => ({ gateways: [Fine], rooms: [room as never] }),
    ] as const,
    [
      'GW_ERR_BUILD_BAD_ROOM_GUARD',
      `${title} in a gateway`,
      () => {
        @Gateway('/', { rooms: [room as never] })
        class Bad {
          @OnEvent('a') on() {}
        }
        return { gateways: [Bad] };
      },
    ] as const,
  ]),
  ['GW_ERR_BUILD_BAD_AUTH', 'auth of the application', () => ({ gateways: [Fine], auth: 'jwt' as never })],
  [
    'GW_ERR_BUILD_STEP_WITHOUT_EVENT',
    'a guard on a hook',
    () => {
      @Gateway('/')
      class Bad {
        @Guard(() => true) @OnConnect() on() {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_STEP_WITHOUT_EVENT',
    'a guard on a plain method',
    () => {
      @Gateway('/')
      class Bad {
        @Guard(() => true) on() {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_PARAMETER_WITHOUT_HANDLER',
    'a forgotten @OnEvent',
    () => {
      @Gateway('/')
      class Bad {
        on(@Payload() _payload: unknown) {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_BARE_PARAMETER',
    'a parameter without decorator',
    () => {
      @Gateway('/')
      class Bad {
        @OnEvent('a') on(@Payload() _payload: unknown, _ctx: unknown) {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_PARAMETER_TWICE',
    'two decorators',
    () => {
      @Gateway('/')
      class Bad {
        @OnEvent('a') on(@Payload() @Ctx() _payload: unknown) {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_PARAMETER_MISPLACED',
    '@Ack in a hook',
    () => {
      @Gateway('/')
      class Bad {
        @OnConnect() on(@Ack() _ack: unknown) {}
      }
      return { gateways: [Bad] };
    },
  ],
  ['GW_ERR_BUILD_UNKNOWN_OPTION', 'a misspelt option', () => ({ gateways: [Fine], provider: [] }) as Loose],
  [
    'GW_ERR_BUILD_UNKNOWN_OPTION',
    'a misspelt limit',
    () => ({ gateways: [Fine], limits: { handlerTimeout: 1 } }) as Loose,
  ],
  ...[
    { limits: { handlerTimeoutMs: 0 } },
    { limits: { handlerTimeoutMs: 2 ** 31 } },
    { limits: { closeTimeoutMs: '5s' } },
    { limits: 5 },
    { reply: 'bare' },
    { logger: {} },
    { server: 3000 },
    { mapError: true },
    { providers: {} },
    { container: {} },
    { container: null },
    { container: Container },
  ].map(
    (options) =>
      [
        'GW_ERR_BUILD_BAD_OPTION',
        JSON.stringify(options),
        () => ({ gateways: [Fine], ...options }) as unknown as Loose,
      ] as const,
  ),
  ...[
    { payload: { parse: () => {} } },
    { timeoutMs: -1 },
    { reply: 'json' },
    { payload: z.string(), args: z.tuple([z.string()]) },
  ].map(
    (options) =>
      [
        'GW_ERR_BUILD_BAD_OPTION',
        `@OnEvent ${Object.keys(options)}`,
        () => {
          @Gateway('/')
          class Bad {
            @OnEvent('a', options as never) on() {}
          }
          return { gateways: [Bad] };
        },
      ] as const,
  ),
  [
    'GW_ERR_BUILD_MISSING_BINDING',
    'a token that nothing provides',
    () => {
      class Service {
        constructor(@inject(TOKEN) readonly greeting: string) {}
      }
      @Gateway('/')
      class Bad {
        constructor(@inject(Service) readonly service: Service) {}
      }
      return { gateways: [Bad], container: new Container() };
    },
  ],
  [
    'GW_ERR_BUILD_UNINJECTED_PARAMETER',
    'a parameter without @inject',
    () => {
      @Gateway('/')
      class Bad {
        constructor(readonly service: Fine) {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_UNDEFINED_TOKEN',
    'a class that does not exist yet',
    () => {
      @Gateway('/')
      class Bad {
        constructor(@inject(undefined as never) readonly service: Fine) {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_CAPTURED_SCOPE',
    'a singleton that injects what belongs to one client',
    () => {
      @Scoped('connection')
      class Cart {}
      @Gateway('/')
      class Bad {
        constructor(@inject(Cart) readonly cart: Cart) {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_CAPTURED_SCOPE',
    'a client that injects what belongs to one event',
    () => {
      @Scoped('event')
      class Audit {}
      @Scoped('connection')
      @Gateway('/')
      class Bad {
        constructor(@inject(Audit) readonly audit: Audit) {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_CIRCULAR_DEPENDENCY',
    'two classes that need each other',
    () => {
      class Hen {}
      class Egg {
        constructor(@inject(Hen) readonly hen: Hen) {}
      }
      inject(Egg)(Hen, undefined as never, 0);
      @Gateway('/')
      class Bad {
        constructor(@inject(Egg) readonly egg: Egg) {}
      }
      return { gateways: [Bad] };
    },
  ],
  ...[
    5,
    {},
    { provide: 5, useValue: 1 },
    { provide: 'a' },
    { provide: 'a', useValue: 1, useClass: Fine },
    { provide: 'a', useFactory: 5 },
  ].map(
    (provider) =>
      [
        'GW_ERR_BUILD_BAD_PROVIDER',
        JSON.stringify(provider),
        () => ({ gateways: [Fine], providers: [provider as never] }),
      ] as const,
  ),
  [
    'GW_ERR_BUILD_DUPLICATE_PROVIDER',
    'a token twice',
    () => ({
      gateways: [Fine],
      providers: [
        { provide: 'a', useValue: 1 },
        { provide: 'a', useValue: 2 },
      ],
    }),
  ],
  [
    'GW_ERR_BUILD_FOREIGN_CONTAINER',
    'providers beside a container that takes none',
    () => ({ gateways: [Fine], container: { get: () => new Fine() }, providers: [Fine] }),
  ],
  [
    'GW_ERR_BUILD_SERVER_SIDE',
    'a handler for other nodes in a class of clients',
    () => {
      @Gateway('/nodes')
      @Scoped('connection')
      class Nodes {
        @OnServerSideEmit('x') x() {}
      }
      return { gateways: [Nodes] };
    },
  ],
  [
    'GW_ERR_BUILD_RATE_WITHOUT_USER',
    'a limit per user where nobody is one',
    () => {
      @Gateway('/open')
      class Open {
        @RateLimit({ limit: 1, windowMs: 1_000, per: 'user' }) @OnEvent('x') x() {}
      }
      return { gateways: [Open] };
    },
  ],
  [
    'GW_ERR_BUILD_BAD_OPTION',
    'limits of nothing, of too little, and of no one',
    () => {
      @Concurrency({ limit: 0 })
      @Gateway('/limits')
      class Limits {
        @RateLimit({ limit: 10, windowMs: 1_000, burst: 5 }) @OnEvent('a') a() {}
        @RateLimit({ limit: 1 } as never) @OnEvent('b') b() {}
        @RateLimit({ limit: 1, windowMs: 2 ** 31, per: 'everyone' as never }) @OnEvent('c') c() {}
        @Concurrency({} as never) @OnEvent('d') d() {}
        @Concurrency({ limit: 1, queue: -1 }) @OnEvent('e') e() {}
        @RateLimit(null as never) @OnEvent('f') f() {}
      }
      return { gateways: [Limits] };
    },
  ],
  [
    'GW_ERR_BUILD_STEP_WITHOUT_EVENT',
    'a limit on a method that handles nothing',
    () => {
      @Gateway('/limits')
      class Limits {
        @RateLimit({ limit: 1, windowMs: 1_000 }) a() {}
        @Concurrency({ limit: 1 }) b() {}
      }
      return { gateways: [Limits] };
    },
  ],
  [
    'GW_ERR_BUILD_UNSENDABLE',
    'a Date that clients cannot send',
    () => {
      @Gateway('/days')
      class Days {
        @OnEvent('plan', { payload: z.object({ at: z.date() }), ack: z.date() }) plan() {}
      }
      return { gateways: [Days] };
    },
  ],
  [
    'GW_ERR_BUILD_UNSENDABLE',
    'a Set that clients cannot answer with, and a BigInt that nobody can send',
    () => {
      const { Gateway: DayGateway } = gatewayFor(
        defineContract('/days', {
          serverToClient: {
            ask: { ack: z.set(z.string()) as z.ZodType },
            told: { payload: z.object({ at: z.date(), n: z.bigint() as z.ZodType }) },
          },
        }),
      );
      @DayGateway()
      class Days {}
      return { gateways: [Days] };
    },
  ],
  [
    'GW_ERR_BUILD_SOCKET_OPTION',
    'an adapter among the options of Socket.IO',
    () => ({ gateways: [Fine], socket: { adapter: class {} as never } }),
  ],
  [
    'GW_ERR_BUILD_BAD_ORIGIN',
    'an origin with a path',
    () => ({ gateways: [Fine], origins: ['https://app.example.com/chat'] }),
  ],
  ...(
    [
      { origins: '*' },
      { origins: ['https://app.example.com', '*'] },
      { origins: /^https?:/ },
      { socket: { cors: { origin: true } } },
      { socket: { cors: { origin: '*' } } },
    ] satisfies Omit<AppOptions, 'gateways'>[]
  ).map((options): readonly [ErrorCode, string, () => Loose] => [
    'GW_ERR_BUILD_OPEN_ORIGINS',
    `cookies and ${inspect(options)}`,
    () => ({
      gateways: [Fine],
      auth: session({ store: { get() {} }, secret: 'x', user: () => null }),
      ...options,
    }),
  ]),
  [
    'GW_ERR_BUILD_BAD_ADDRESS',
    'an address that is none',
    () => ({ gateways: [Fine], addresses: ipFilter({ deny: ['10.0.0.0/33'] }) }),
  ],
  [
    'GW_ERR_BUILD_BAD_CONTRACT',
    'a kit made of a contract whose file is still loading',
    () => {
      const Kit = gatewayFor({ namespace: '/late' } as Contract);
      @Kit.Gateway()
      class Late {}
      return { gateways: [Late] };
    },
  ],
  [
    'GW_ERR_BUILD_UNHANDLED_EVENT',
    'an event of a contract that none of its gateways handles',
    () => {
      @Orders.Gateway()
      class Half {
        @Orders.OnEvent('order:place') place() {}
      }
      return { gateways: [Half] };
    },
  ],
  [
    'GW_ERR_BUILD_PAST_CONTRACT',
    'an event of a contract with the plain decorator',
    () => {
      @Orders.Gateway()
      class Past {
        @OnEvent('order:place') place() {}
        @Orders.OnEvent('order:cancel') cancel() {}
      }
      return { gateways: [Past] };
    },
  ],
  [
    'GW_ERR_BUILD_NOT_IN_CONTRACT',
    'an event that the contract does not know',
    () => {
      @Orders.Gateway()
      class Other extends AllOrders {
        @Orders.OnEvent('order:plaice' as 'order:place') plaice() {}
      }
      return { gateways: [Other] };
    },
  ],
  [
    'GW_ERR_BUILD_FOREIGN_CONTRACT',
    'a gateway that is not of the kit of its event',
    () => {
      @Gateway('/orders')
      class Plain {
        @Orders.OnEvent('order:place') place() {}
      }
      return { gateways: [Plain] };
    },
  ],
  [
    'GW_ERR_BUILD_DUPLICATE_EVENT',
    'an event of a contract in two classes',
    () => {
      @Orders.Gateway()
      class Again {
        @Orders.OnEvent('order:place') place() {}
      }
      return { gateways: [AllOrders, Again] };
    },
  ],
  [
    'GW_ERR_BUILD_NAMESPACE_DISAGREES',
    'two contracts on one namespace',
    () => {
      const Second = gatewayFor(defineContract('/orders', {}));
      @Second.Gateway()
      class More {}
      return { gateways: [AllOrders, More] };
    },
  ],
  [
    'GW_ERR_BUILD_RESERVED_EVENT',
    'reserved names in a contract, in both directions',
    () => {
      const Kit = gatewayFor(
        defineContract('/reserved', {
          clientToServer: { connect: {} },
          serverToClient: { 'gw:x': {}, error: {} },
        }),
      );
      @Kit.Gateway()
      class Reserved {
        @Kit.OnEvent('connect') connect() {}
      }
      return { gateways: [Reserved] };
    },
  ],
  [
    'GW_ERR_BUILD_BAD_OPTION',
    'schemas in a contract that are none, and two kinds of arguments',
    () => {
      const both = { payload: z.string(), args: z.tuple([z.string()]) } as unknown as {
        payload: z.ZodString;
      };
      const Kit = gatewayFor(
        defineContract('/bad', {
          clientToServer: { a: { payload: String as never }, b: both },
          serverToClient: { c: { ack: {} as never } },
          errors: { GONE: 'gone' as never },
        }),
      );
      @Kit.Gateway()
      class Bad {
        @Kit.OnEvent('a') a() {}
        @Kit.OnEvent('b') b(_: string) {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_BAD_TOPIC',
    'names that no topic can have',
    () => {
      @Gateway('/topics')
      class Bad {
        @OnSubscribe('') nothing() {}
        @OnSubscribe('prices//BTC') gap() {}
        @OnSubscribe('prices/*') all() {}
        @OnSubscribe('prices/:') nameless() {}
        @OnSubscribe('a/:id/:id') twice() {}
        @OnSubscribe('x'.repeat(257)) long() {}
        @OnSubscribe(7 as never) number() {}
      }
      return { gateways: [Bad] };
    },
  ],
  [
    'GW_ERR_BUILD_TOPIC_OVERLAP',
    'patterns with names in common, in one class and in two',
    () => {
      @Gateway('/topics')
      class Prices {
        @OnSubscribe('prices/:symbol') prices() {}
        @OnSubscribe('prices/BTC') bitcoin() {}
      }
      @Gateway('/topics')
      class More {
        @OnSubscribe('prices/:name') more() {}
      }
      return { gateways: [Prices, More] };
    },
  ],
  [
    'GW_ERR_BUILD_UNHANDLED_TOPIC',
    'a topic of a contract without a method',
    () => {
      const Kit = gatewayFor(defineContract('/topics', { topics: { 'prices/:symbol': {}, news: {} } }));
      @Kit.Gateway()
      class News {
        @Kit.OnSubscribe('news') news() {}
      }
      return { gateways: [News] };
    },
  ],
  [
    'GW_ERR_BUILD_FOREIGN_TOPIC',
    'a topic that the contract does not have',
    () => {
      const Kit = gatewayFor(defineContract('/topics', { topics: { news: {} } }));
      @Kit.Gateway()
      class News {
        @Kit.OnSubscribe('news') news() {}
        @Kit.OnSubscribe('new' as never) typo() {}
      }
      return { gateways: [News] };
    },
  ],
  [
    'GW_ERR_BUILD_BAD_OPTION',
    'options of topics out of their ranges',
    () => {
      @Gateway('/topics')
      class Bad {
        @OnSubscribe('a', { history: -1 }) a() {}
        @OnSubscribe('b', { ttlMs: 0 }) b() {}
        @OnSubscribe('c', { deliver: 'last' as never }) c() {}
        @OnSubscribe('d', { scope: 'global' as never }) d() {}
        @OnSubscribe('e', { maxEntries: 5 }) e() {}
        @OnSubscribe('f', { payload: String as never }) f() {}
      }
      return { gateways: [Bad] };
    },
  ],
];

describe('compile() reports', () => {
  it.each(CASES)('%s for %s', (code, _title, options) => {
    const problems = problemsOf(options());
    expect([...new Set(problems.map((problem) => problem.code))]).toEqual([code]);
    for (const problem of problems) {
      expect(problem.help).not.toBe('');
      expect(problem.message).toMatch(/^[^A-Z].*[^.]$/s);
      expect(problem.places[0]?.location).toMatch(/^test\/unit\/plan\/problems\.test\.ts:\d+:\d+$/);
    }
  });

  it('every code that compile() can find', () => {
    const build = Object.keys(ERRORS).filter((code) => code.startsWith('GW_ERR_BUILD_'));
    const covered = new Set<string>(CASES.map(([code]) => code));
    covered.add('GW_ERR_BUILD_STANDARD_DECORATORS'); // thrown by the decorator itself; see decorators.test.ts
    expect(build.filter((code) => !covered.has(code))).toEqual([]);
  });

  it('all problems together, with places, reasons and what was probably meant', () => {
    @Gateway('/chat')
    class ChatGateway {
      @OnEvent('send') send() {}
      @OnEvent('connect') connect() {}
    }
    @Gateway('/chat')
    class AdminGateway {
      @OnEvent('send') sendAll() {}
    }
    const options = { gateways: [ChatGateway, AdminGateway], limits: { handlerTimeuotMs: 5 } } as Loose;
    const error = new BootError(problemsOf(options));
    const report = error.message.replace(/:\d+:\d+ +/g, ':L:C    ');
    expect(
      report,
    ).toBe(`error[GW_ERR_BUILD_UNKNOWN_OPTION]: \`handlerTimeuotMs\` is not an option of \`limits\`
  --> test/unit/plan/problems.test.ts:L:C    createApp
  help: did you mean \`handlerTimeoutMs\`? remove it or spell it as documented

error[GW_ERR_BUILD_RESERVED_EVENT]: event \`connect\` is reserved
  --> test/unit/plan/problems.test.ts:L:C    ChatGateway.connect
  why:  it has its own meaning in Socket.IO or gatewire
  help: use @OnConnect()

error[GW_ERR_BUILD_DUPLICATE_EVENT]: event \`send\` has two handlers in namespace \`/chat\`
  --> test/unit/plan/problems.test.ts:L:C    ChatGateway.send
  --> test/unit/plan/problems.test.ts:L:C    AdminGateway.sendAll
  why:  both would run and both would try to acknowledge
  help: rename one event, or move one class to another namespace

3 problems found; nothing was started`);
  });

  it('each option of a limit that is wrong, alone', () => {
    const rate = { limit: 10, windowMs: 1_000 };
    const found = (decorator: MethodDecorator) => {
      @Gateway('/limits')
      class Limits {
        @decorator @OnEvent('a') a() {}
      }
      return problemsOf({ gateways: [Limits] }).map(({ message }) => message);
    };
    expect(found(RateLimit({ ...rate, burst: 9 }))).toEqual(['option `burst` is `9`']);
    expect(found(RateLimit({ ...rate, burst: 10 }))).toEqual([]);
    expect(found(RateLimit({ ...rate, per: 'all' as never }))).toEqual(["option `per` is `'all'`"]);
    expect(found(Concurrency({ limit: 1, queue: -1 }))).toEqual(['option `queue` is `-1`']);
    expect(found(Concurrency({ limit: 1, queue: 0 }))).toEqual([]);
  });

  it('a list of gateways that is none', () => {
    expect(codesOf({ gateways: Fine })).toEqual(['GW_ERR_BUILD_BAD_OPTION', 'GW_ERR_BUILD_NO_GATEWAYS']);
    expect(codesOf({})).toEqual(['GW_ERR_BUILD_NO_GATEWAYS']);
  });

  it('nothing for what is allowed', () => {
    @Gateway('/team/:team')
    class Team {
      @OnEvent('a') a() {}
    }
    @Gateway('/team/:team')
    class Also {
      @OnEvent('b') b() {}
      @OnAnyEvent() any() {}
    }
    @Gateway(/^\/org\/(?<org>\d+)$/)
    class Org {
      @OnEvent(['a', /^b/]) a() {}
    }
    @Gateway()
    class Root extends Fine {}
    expect(codesOf({ gateways: [Team, Also, Org, Root, Fine] })).toEqual([]);
  });
});
