import { describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../src/runtime/limits.js';
import { compiled } from '../../support/compiled.js';
import { fixture, gatewire, printed } from './gatewire.js';

const shop = fixture('shop');

describe('gatewire events', () => {
  it('lists the chat example from the root of the repository', async () => {
    const { code, stdout } = await gatewire(['events', '--app', 'examples/chat/app.ts']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}\/chat +ChatGateway +examples\/chat\/chat\.gateway\.ts:\d+ +TokenAuth$/m);
    expect(stdout).toMatch(
      /^ {4}client +message:send +\{room, id, text\} -> \{at\} +ack +5\/5s +ChatGateway\.send +:\d+$/m,
    );
    expect(stdout).toMatch(/^ {4}client +room:leave +\{room\} +none +ChatGateway\.leave +:\d+$/m);
    expect(stdout).toMatch(/^ {4}server +message:new +\{room, message\} +none$/m);
    expect(stdout).toMatch(
      /^ {2}2 gateways, 7 events of clients, 9 of the server, 0 namespaces without authentication$/m,
    );
    const { namespaces } = JSON.parse(
      (await gatewire(['events', '--app', 'examples/chat/app.ts', '--json'])).stdout,
    );
    expect(namespaces[0].sends).toHaveLength(9);
    expect(namespaces[0].sends[0]).toEqual({
      name: 'welcome',
      carries: 'one',
      payload: expect.objectContaining({ kind: 'payload', shape: '{you, rooms}' }),
      ack: null,
      isAnswered: false,
    });
  });

  it('lines up namespaces, patterns, schemas, raw replies and inherited handlers', async () => {
    expect(await gatewire(['events'], { cwd: shop })).toEqual(
      printed(
        '  namespace        gateway        place                auth',
        '    from    event        payload -> answer            reply  handler              line',
        '  /shop            ShopGateway    shop.gateway.ts:9    TicketAuth',
        '                   AdminGateway   admin.gateway.ts:6',
        '    client  order:place  {sku, count, gift?} -> {id}  ack    ShopGateway.place    :16',
        '    client  stock:watch  any                          ack    ShopGateway.watch    :23',
        '    client  stock:leave  any                          ack    ShopGateway.watch    :23',
        '    client  ping         any                          raw    AdminGateway.ping    ops.gateway.ts:4',
        '    client  price:set    (string, number)             raw    AdminGateway.price   :8',
        '    client  job          payload                      ack    AdminGateway.job     :13',
        '  /team/:team      TeamGateway    team.gateway.ts:4    auth',
        '    client  "*"          any                          ack    TeamGateway.star     :11',
        '    client  /^cursor:/   [number, number]             ack    TeamGateway.move     :6',
        '    client  *            any                          ack    TeamGateway.other    :14',
        '  /^\\/board-\\d+$/  PublicGateway  public.gateway.ts:5  open!',
        "    client  価格         'up' | 'down'                ack    PublicGateway.price  :7",
        '    client  ask          {at}[]                       ack    PublicGateway.ask    :10',
        '  4 gateways, 11 events of clients, 0 of the server, 1 namespace without authentication',
      ),
    );
  });

  it('names files from the working directory, wherever the application is', async () => {
    const { code, stdout } = await gatewire(['events', '--app', '../shop/app.ts'], {
      cwd: fixture('quiet'),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('AdminGateway   ../shop/admin.gateway.ts:6\n');
    expect(stdout).toContain('AdminGateway.ping    ../shop/ops.gateway.ts:4\n');
  });

  it('prints one JSON document with --json', async () => {
    const { code, stdout, stderr } = await gatewire(['events', '--json'], { cwd: shop });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual(['app', 'namespaces', 'totals']);
    expect(document.app).toBe('app.ts');
    expect(document.totals).toEqual({
      gateways: 4,
      events: 11,
      sends: 0,
      topics: 0,
      namespacesWithoutAuth: 1,
    });
    const [first, team, board] = document.namespaces;
    expect(Object.keys(first)).toEqual(['name', 'kind', 'auth', 'gateways', 'events', 'sends', 'topics']);
    expect(first.auth).toEqual({ label: 'TicketAuth', at: { file: 'app.ts', line: 8, column: 16 } });
    expect(first.gateways[1]).toEqual({
      name: 'AdminGateway',
      scope: 'singleton',
      at: { file: 'admin.gateway.ts', line: 6, column: 2 },
    });
    expect(first.events[0]).toEqual({
      name: 'order:place',
      kind: 'name',
      gateway: 'ShopGateway',
      handler: 'ShopGateway.place',
      at: { file: 'shop.gateway.ts', line: 16, column: 4 },
      carries: 'one',
      payload: {
        kind: 'payload',
        vendor: 'zod',
        shape: '{sku, count, gift?}',
        schema: expect.objectContaining({ type: 'object', required: ['sku', 'count'] }),
      },
      ack: { vendor: 'zod', shape: '{id}', schema: expect.objectContaining({ type: 'object' }) },
      isAnswered: true,
      rates: [],
      reply: 'envelope',
      answersByHand: false,
      timeoutMs: 2_000,
    });
    expect(first.events[5]).toMatchObject({
      name: 'job',
      payload: { kind: 'payload', vendor: 'valibot', shape: null, schema: null },
      ack: null,
      answersByHand: true,
      timeoutMs: 5_000,
    });
    expect(team).toMatchObject({ name: '/team/:team', kind: 'parameters' });
    expect(team.events.map(({ name, kind }: { name: string; kind: string }) => [name, kind])).toEqual([
      ['*', 'name'],
      ['/^cursor:/', 'pattern'],
      ['*', 'any'],
    ]);
    expect(board).toMatchObject({ name: '/^\\/board-\\d+$/', kind: 'pattern', auth: null });
    expect(board.gateways[0].scope).toBe('connection');
  });
});

describe('gatewire events --info', () => {
  /** Asks about an event of the shop as it is compiled, which takes half of the time and says the same. */
  const info = (...args: readonly string[]) =>
    gatewire(['events', '--app', compiled('test/fixtures/cli/shop/app.ts'), '--info', ...args], {
      cwd: shop,
    });

  it('prints every step in the order in which it runs', async () => {
    expect(await gatewire(['events', '--info', '/shop', 'order:place'], { cwd: shop })).toEqual(
      printed(
        '  /shop  order:place  ShopGateway.place  shop.gateway.ts:16',
        '',
        '  special to this event',
        '    timeoutMs  2000',
        '    steps      middleware Audit, guard IsOpen, guard isOwner',
        '  each time',
        '    1  app middleware      Timing               app.ts:8',
        '    2  gateway middleware  Audit                shop.gateway.ts:7',
        '    3  payload schema      {sku, count, gift?}  shop.gateway.ts:16',
        '    4  event middleware    Audit                shop.gateway.ts:17',
        '    5  gateway guard       IsOpen               shop.gateway.ts:8',
        '    6  event guard         isOwner              shop.gateway.ts:18',
        '    7  handler             ShopGateway.place    shop.gateway.ts:16',
        '    8  ack schema          {id}                 shop.gateway.ts:16',
        '    9  reply               envelope',
        '  once, when a client connects',
        '    1  auth                TicketAuth           app.ts:8',
        '    2  app middleware      Timing               app.ts:8',
        '    3  CONNECT answered',
        '    4  @OnConnect          ShopGateway.welcome  shop.gateway.ts:11',
        '  limits of the application',
        '    handlerTimeoutMs  5000',
        '  other options and limits have their defaults; --all shows them',
      ),
    );
  });

  it('prints all options and limits with --all', async () => {
    const { stdout } = await info('/shop', 'order:place', '--all');
    expect(stdout).toContain(
      [
        '  options of the application',
        '    origins                   same host',
        '    trustProxy                false',
        '    addresses                 all',
        '    admission                 none',
        '    tls                       none',
        '    adapter                   one node',
        '    validateEmits             true',
        '    connectionStateRecovery   off',
        '    socket.maxHttpBufferSize  1000000',
        '    socket.connectTimeout     10000',
        '  limits of the application',
        ...Object.entries({ ...DEFAULT_LIMITS, handlerTimeoutMs: 5_000 }).map(
          ([limit, value]) => `    ${limit.padEnd(24)} ${value}`,
        ),
      ].join('\n'),
    );
    expect(await gatewire(['events', '--all'], { cwd: shop })).toMatchObject({ code: 2, stdout: '' });
  });

  it('follows a name to the pattern that takes it', async () => {
    const { code, stdout } = await info('/team/7', 'cursor:3');
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      '  /team/:team  /^cursor:/  TeamGateway.move  team.gateway.ts:6',
      '  cursor:3 has no handler of its own: /^cursor:/ takes it',
    ]);
  });

  it.each([
    ['/team/:team', 'anything', 'TeamGateway.other'],
    ['/team/:team', '*', 'TeamGateway.star'],
    ['/team/:team', '/^cursor:/', 'TeamGateway.move'],
    ['/board-12', '価格', 'PublicGateway.price'],
    ['/^\\/board-\\d+$/', '価格', 'PublicGateway.price'],
  ])('finds %s %s', async (namespace, event, handler) => {
    const { code, stdout } = await info(namespace, event);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(handler) });
  });

  it('says raw, args and @Ack() where they hold', async () => {
    const raw = await info('/shop', 'price:set');
    expect(raw.stdout).toContain('args schema       (string, number)     admin.gateway.ts:8\n');
    expect(raw.stdout).toContain('    reply  raw: data, or { error }\n');
    const byHand = await info('/shop', 'job');
    expect(byHand.stdout).toContain('payload schema    valibot ');
    expect(byHand.stdout).toContain('reply             envelope, by @Ack()\n');
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await info('/shop', 'order:place', '--json');
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual([
      'app',
      'asked',
      'namespace',
      'event',
      'connect',
      'call',
      'limits',
      'settings',
    ]);
    expect(document.asked).toEqual({ namespace: '/shop', event: 'order:place' });
    expect(Object.keys(document.namespace)).toEqual(['name', 'kind', 'auth', 'gateways']);
    const stages = (steps: { stage: string; level: string | null }[]) =>
      steps.map(({ stage, level }) => (level === null ? stage : `${level} ${stage}`));
    expect(stages(document.connect)).toEqual(['auth', 'app middleware', 'connected', 'onConnect']);
    expect(stages(document.call)).toEqual([
      'app middleware',
      'gateway middleware',
      'payload',
      'event middleware',
      'gateway guard',
      'event guard',
      'handler',
      'ack',
      'reply',
    ]);
    expect(document.call[5]).toEqual({
      stage: 'guard',
      level: 'event',
      label: 'isOwner',
      at: { file: 'shop.gateway.ts', line: 18, column: 4 },
    });
  });

  it.each([
    ['/shpo', 'order:place', 'there is no namespace `/shpo`', 'did you mean `/shop`? '],
    [
      '/shop',
      'order:plce',
      'there is no event in `/shop` called `order:plce`',
      'did you mean `order:place`? ',
    ],
    ['/shop', 'weather', 'there is no event in `/shop` called `weather`', ''],
    ['/team/7', 'disconnect', 'there is no event in `/team/:team` called `disconnect`', ''],
    ['/team/7/8', 'x', 'there is no namespace `/team/7/8`', ''],
  ])('does not find %s %s', async (namespace, event, message, meant) => {
    expect(await info(namespace, event)).toEqual({
      code: 2,
      stdout: '',
      stderr: `error[GW_ERR_CLI_NOT_FOUND]: ${message}\n  help: ${meant}gatewire events lists all of them\n`,
    });
  });
});

describe('gatewire events of topics', () => {
  const live = fixture('live');
  const ask = (...args: readonly string[]) =>
    gatewire(['events', '--app', compiled('test/fixtures/cli/live/app.ts'), ...args], { cwd: live });

  it('lists them below events, with how they are kept', async () => {
    const { code, stdout } = await ask();
    expect(code).toBe(0);
    const rows = stdout.split('\n').filter((line) => / topic |kept|topics/.test(line));
    expect(rows.map((line) => line.trim().replace(/ {2,}/g, '  '))).toEqual([
      'from  event  payload -> answer  reply  rates  handler  line  kept',
      'topic  prices/:symbol  {price, at}  10/s  LiveGateway.prices  :30  100 changes, 1 d, latest',
      'topic  cursors/:board  [number, number]  LiveGateway.cursors  :36  20 changes, 90 min, keyed',
      'topic  news  any  LiveGateway.news  :40  100 changes, 1 d, app',
      '1 gateway, 1 event of clients, 0 of the server, 3 topics, 0 namespaces without authentication',
    ]);
  });

  it('prints them as JSON', async () => {
    const { namespaces, totals } = JSON.parse((await ask('--json')).stdout);
    expect(totals.topics).toBe(3);
    expect(namespaces[0].topics[1]).toEqual({
      name: 'cursors/:board',
      gateway: 'LiveGateway',
      handler: 'LiveGateway.cursors',
      at: { file: 'app.ts', line: 36, column: 9 },
      payload: { vendor: 'zod', shape: '[number, number]', schema: expect.any(Object) },
      keyed: true,
      maxEntries: 50,
      history: 20,
      ttlMs: 5_400_000,
      deliver: 'all',
      scope: 'namespace',
      rates: [],
    });
  });

  it('shows one with the steps of a subscription', async () => {
    expect((await ask('--info', '/live', 'cursors/7')).stdout.split('\n')).toEqual([
      '  /live  cursors/:board  LiveGateway.cursors  app.ts:36',
      '  cursors/7 has no method of its own: cursors/:board takes it',
      '',
      '  the topic',
      '    value    [number, number]',
      '    keyed    yes, at most 50 keys',
      '    history  20 changes',
      '    ttlMs    5400000 (90 min)',
      '    deliver  all',
      '    scope    namespace',
      '  special to this topic',
      '    steps  guard mayRead',
      '  at each subscription',
      '    1  event guard       mayRead              app.ts:37',
      '    2  handler           LiveGateway.cursors  app.ts:36',
      '    3  reply             envelope',
      '  once, when a client connects',
      '    1  auth              auth                 app.ts:28',
      '    2  CONNECT answered',
      '  other options and limits have their defaults; --all shows them',
      '',
    ]);
    const { topic, event } = JSON.parse((await ask('--info', '/live', 'news', '--json')).stdout);
    expect([topic.scope, event.name, event.isAnswered]).toEqual(['app', 'news', true]);
    expect(await ask('--info', '/live', 'new')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'there is no event or topic in `/live` called `new`\n  help: did you mean `news`?',
      ),
    });
  });
});
