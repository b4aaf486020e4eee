import { afterEach, describe, expect, it } from '@jest/globals';
import { type ConnectContext, Gateway, OnEvent, RateLimit } from '../../src/index.js';
import { createTestApp, describeMatrix, type TestAppOptions } from '../../src/testing/index.js';
import { ask, askUpgrade } from '../support/raw-http.js';

@Gateway('/')
class WhoAmI {
  @OnEvent('who') who(_payload: unknown, { handshake }: ConnectContext) {
    return { address: handshake.address, secure: handshake.secure };
  }
}

const environment = process.env['NODE_ENV'];
afterEach(() => {
  process.env['NODE_ENV'] = environment;
});

describeMatrix('trustProxy', (cell) => {
  const seen = async (
    trustProxy: NonNullable<TestAppOptions['trustProxy']> | undefined,
    extraHeaders: Record<string, string>,
  ): Promise<unknown> => {
    await using test = await createTestApp(WhoAmI, {
      ...cell,
      ...(trustProxy === undefined ? {} : { trustProxy }),
    });
    const client = await test.client.connect('/', { extraHeaders });
    return await client.call('who');
  };
  const forwarded = (value: string) => ({ 'x-forwarded-for': value, 'x-forwarded-proto': 'https' });

  it('believes nobody by default', async () => {
    const plain = { address: '127.0.0.1', secure: false };
    expect(await seen(undefined, forwarded('203.0.113.7'))).toEqual(plain);
    expect(await seen(false, forwarded('203.0.113.7'))).toEqual(plain);
  });

  it.each<readonly [number | readonly string[], string, string]>([
    [1, '203.0.113.7', '203.0.113.7'],
    [1, '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    [2, '198.51.100.1, 203.0.113.7, 10.0.0.1', '203.0.113.7'],
    [2, '203.0.113.7', '203.0.113.7'],
    [1, ' ::ffff:203.0.113.7 ', '203.0.113.7'],
    [1, '2001:db8::7', '2001:db8::7'],
    [1, '[2001:db8::7]:443', '2001:db8::7'],
    [1, 'fe80::1%eth0', 'fe80::1'],
    [1, '203.0.113.7:51000', '203.0.113.7'],
    [1, 'garbage, 203.0.113.7', '203.0.113.7'],
    [1, '203.0.113.7, garbage', '127.0.0.1'],
    [1, ',', '127.0.0.1'],
    [1, '203.0.113.7,', '127.0.0.1'],
    [1, ', 203.0.113.7', '203.0.113.7'],
    [2, ', 203.0.113.7', '127.0.0.1'],
    [2, '198.51.100.1,,203.0.113.7', '127.0.0.1'],
    [1, '1.2.3.4.5', '127.0.0.1'],
    [['127.0.0.0/8'], '203.0.113.7', '203.0.113.7'],
    [['127.0.0.1', '10.0.0.0/8'], '198.51.100.1, 203.0.113.7, 10.9.8.7', '203.0.113.7'],
    [['127.0.0.1', '2001:db8::/32'], '203.0.113.7, 2001:db8::9', '203.0.113.7'],
    [['127.0.0.1'], '203.0.113.7, 10.9.8.7', '10.9.8.7'],
    [['10.0.0.0/8'], '203.0.113.7', '127.0.0.1'],
  ])('%p reads %p as %s', async (trustProxy, header, address) => {
    expect(await seen(trustProxy, { 'x-forwarded-for': header })).toMatchObject({ address });
  });

  it('reads 32 proxies, and gives up on one more', async () => {
    const proxies = Array.from({ length: 32 }, (_, i) => `127.0.1.${i}`);
    const trusted = ['127.0.0.0/8'];
    expect(await seen(trusted, { 'x-forwarded-for': proxies.join() })).toMatchObject({
      address: '127.0.1.0',
    });
    expect(await seen(trusted, { 'x-forwarded-for': ['127.0.2.1', ...proxies].join() })).toMatchObject({
      address: '127.0.0.1',
    });
  });

  it('gives up on a header of a thousand proxies', async () => {
    const header = Array<string>(1_000).fill('127.0.0.9').join();
    expect(await seen(['127.0.0.0/8'], { 'x-forwarded-for': header })).toMatchObject({
      address: '127.0.0.1',
    });
  });

  it.each<readonly [number | readonly string[], Record<string, string>, boolean]>([
    [1, forwarded('203.0.113.7'), true],
    [1, { 'x-forwarded-proto': 'http' }, false],
    [1, { 'x-forwarded-proto': 'https' }, true],
    [1, {}, false],
    [['10.0.0.0/8'], forwarded('203.0.113.7'), false],
    // Proxies that add to the header: the client wrote the first word itself.
    [1, { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https, http' }, false],
    [2, { 'x-forwarded-for': '203.0.113.7, 10.0.0.1', 'x-forwarded-proto': 'https, http' }, true],
    [1, { 'x-forwarded-proto': `${'https, '.repeat(40)}http` }, false],
    [1, { 'x-forwarded-proto': `${'http, '.repeat(40)}https` }, true],
  ])('%p takes %p for encrypted: %s', async (trustProxy, headers, secure) => {
    expect(await seen(trustProxy, headers)).toMatchObject({ secure });
  });
});

describe('@RateLimit per address', () => {
  @Gateway('/')
  class Rated {
    @RateLimit({ limit: 2, windowMs: 600_000, per: 'address' })
    @OnEvent('rated')
    rated() {}
  }

  it('counts an IPv4 address, and the first 64 bits of an IPv6 address', async () => {
    await using test = await createTestApp(Rated, { trustProxy: 1 });
    const call = async (address: string): Promise<string> => {
      const client = await test.client.connect('/', { extraHeaders: { 'x-forwarded-for': address } });
      return await client.call('rated').then(
        () => 'served',
        ({ code }: { code: string }) => code,
      );
    };
    const outcomes: string[] = [];
    for (const address of [
      '2001:db8::1',
      '2001:db8:0:0:ffff::2',
      '2001:db8:0:0:1::3',
      '2001:db8:0:1::1',
      '203.0.113.1',
      '203.0.113.2',
      '::ffff:203.0.113.2',
      '203.0.113.2',
    ])
      outcomes.push(`${address} ${await call(address)}`);
    expect(outcomes).toEqual([
      '2001:db8::1 served',
      '2001:db8:0:0:ffff::2 served',
      '2001:db8:0:0:1::3 RATE_LIMITED',
      '2001:db8:0:1::1 served',
      '203.0.113.1 served',
      '203.0.113.2 served',
      '::ffff:203.0.113.2 served',
      '203.0.113.2 RATE_LIMITED',
    ]);
  });
});

describe('the default of `origins` behind a proxy', () => {
  it.each<readonly [number | false, Record<string, string>, boolean]>([
    [
      1,
      { origin: 'https://app.example', 'x-forwarded-host': 'app.example', 'x-forwarded-proto': 'https' },
      true,
    ],
    [
      1,
      { origin: 'http://app.example', 'x-forwarded-host': 'app.example', 'x-forwarded-proto': 'https' },
      false,
    ],
    [1, { origin: 'https://evil.example', 'x-forwarded-host': 'app.example' }, false],
    [false, { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }, false],
  ])('with %p compares %p: %s', async (trustProxy, headers, isAllowed) => {
    process.env['NODE_ENV'] = 'production';
    await using test = await createTestApp(WhoAmI, { trustProxy, limits: { closeTimeoutMs: 50 } });
    const port = test.app.address?.port as number;
    expect((await ask(port, { headers })).status).toBe(isAllowed ? 200 : 403);
    const upgraded = await askUpgrade(port, { headers });
    upgraded.socket?.destroy();
    expect(upgraded.status).toBe(isAllowed ? 101 : 403);
  });
});

describe('at boot', () => {
  it.each([
    [true, 'GW_ERR_BUILD_BAD_OPTION'],
    [0, 'GW_ERR_BUILD_BAD_OPTION'],
    [['loopback'], 'GW_ERR_BUILD_BAD_ADDRESS'],
    [['10.0.0.0/33'], 'GW_ERR_BUILD_BAD_ADDRESS'],
    [['10.0.0.0/8/8'], 'GW_ERR_BUILD_BAD_ADDRESS'],
    [['10.0.0.0/'], 'GW_ERR_BUILD_BAD_ADDRESS'],
    [['::/129'], 'GW_ERR_BUILD_BAD_ADDRESS'],
    [[7], 'GW_ERR_BUILD_BAD_ADDRESS'],
  ])('%p is a problem', async (trustProxy, code) => {
    const starting = createTestApp(WhoAmI, { trustProxy: trustProxy as 1 });
    await expect(starting).rejects.toMatchObject({ problems: [{ code }] });
  });
});
