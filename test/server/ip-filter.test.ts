import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as maxmind from 'maxmind';
import { createApp, Gateway, type IpFilterOptions, ipFilter } from '../../src/index.js';
import { createTestApp, type TestAppOptions } from '../../src/testing/index.js';
import { mmdbOf } from '../support/mmdb.js';
import { ask, askUpgrade, POLLING, WEBSOCKET } from '../support/raw-http.js';

let authRuns = 0;

@Gateway('/', {
  auth: () => {
    authRuns++;
    return { user: { id: 'ann' } };
  },
})
class Nothing {}

async function statuses(options: IpFilterOptions, addresses: readonly string[]) {
  await using test = await createTestApp(Nothing, {
    addresses: ipFilter(options),
    trustProxy: 1,
    limits: { closeTimeoutMs: 50 },
  });
  const port = test.app.address?.port as number;
  const found: [string, number, number][] = [];
  for (const address of addresses) {
    const headers = { 'x-forwarded-for': address };
    const polling = await ask(port, { headers });
    const websocket = await askUpgrade(port, { headers });
    websocket.socket?.destroy();
    if (polling.status === 403) {
      for (const { body } of [polling, websocket]) {
        expect(JSON.parse(body)).toEqual({ code: 'FORBIDDEN', message: expect.any(String) });
      }
    }
    found.push([address, polling.status, websocket.status]);
  }
  return { found, log: test.log.records };
}

const pass = (address: string) => [address, 200, 101];
const stop = (address: string) => [address, 403, 403];

async function expectFilter(
  options: IpFilterOptions,
  allowed: readonly string[],
  refused: readonly string[],
) {
  const { found } = await statuses(options, [...allowed, ...refused]);
  expect(found).toEqual([...allowed.map(pass), ...refused.map(stop)]);
}

describe('ipFilter', () => {
  it('refuses what is denied, before any auth', async () => {
    authRuns = 0;
    await expectFilter(
      { deny: ['203.0.113.0/24', '198.51.100.7', '2001:db8::/32'] },
      ['203.0.114.1', '198.51.100.8', '2001:db9::1'],
      ['203.0.113.255', '198.51.100.7', '2001:db8::1', '::ffff:203.0.113.5', '2001:0DB8:0::5'],
    );
    expect(authRuns).toBe(0);
  });

  it('lets only in what is allowed, and denies that of it which is denied', async () => {
    await expectFilter(
      { allow: ['10.0.0.0/8', '::1'], deny: ['10.9.0.0/16'] },
      ['10.1.2.3', '::1'],
      ['10.9.2.3', '11.0.0.1', '2001:db8::1'],
    );
  });

  it('lets nobody in with an empty list', async () => {
    await expectFilter({ allow: [] }, [], ['10.1.2.3', '::1']);
  });

  it('takes the address of the connection without a proxy', async () => {
    await using test = await createTestApp(Nothing, { addresses: ipFilter({ deny: ['127.0.0.1'] }) });
    expect((await ask(test.app.address?.port as number)).status).toBe(403);
  });
});

describe('ipFilter with a database of countries', () => {
  const country = (code: string) => ({ country: { iso_code: code } });
  const database = mmdbOf({
    '81.0.0.0/8': country('DE'),
    '82.0.0.0/8': country('FR'),
    '83.0.0.0/8': { continent: { code: 'EU' } },
  });

  const withReader = async (run: (lookup: NonNullable<IpFilterOptions['lookup']>) => Promise<void>) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-mmdb-'));
    try {
      const file = path.join(folder, 'countries.mmdb');
      writeFileSync(file, database);
      const reader = await maxmind.open<maxmind.CountryResponse>(file);
      await run((address) => reader.get(address));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('lets only allowed countries in, and unknown ones not', async () => {
    await withReader((lookup) =>
      expectFilter(
        { countries: { allow: ['DE'] }, allow: ['84.0.0.1'], deny: ['81.1.0.0/16'], lookup },
        ['81.2.0.1', '84.0.0.1'],
        ['81.1.0.1', '82.0.0.1', '83.0.0.1', '85.0.0.1', '2001:db8::1'],
      ),
    );
  });

  it('refuses denied countries even where the address is allowed, and lets unknown ones in', async () => {
    await withReader((lookup) =>
      expectFilter(
        { countries: { deny: ['FR'] }, lookup },
        ['81.0.0.1', '83.0.0.1', '85.0.0.1'],
        ['82.0.0.1'],
      ),
    );
    await withReader((lookup) =>
      expectFilter(
        { countries: { deny: ['FR'] }, allow: ['82.0.0.1', '81.0.0.1'], lookup },
        ['81.0.0.1'],
        ['82.0.0.1'],
      ),
    );
  });

  it('takes the country for unknown when the reader throws, and logs it', async () => {
    const lookup = () => {
      throw new Error('no such file');
    };
    const { found, log } = await statuses({ countries: { allow: ['DE'] }, lookup }, ['81.0.0.1']);
    expect(found).toEqual([stop('81.0.0.1')]);
    expect(log).toContainEqual(expect.objectContaining({ event: 'address.lookup-failed' }));
    const open = await statuses({ countries: { deny: ['DE'] }, lookup }, ['81.0.0.1']);
    expect(open.found).toEqual([pass('81.0.0.1')]);
  });
});

describe('at boot', () => {
  const problems = (options: unknown): readonly string[] => {
    try {
      createApp({
        gateways: [Nothing],
        addresses: ipFilter(options as IpFilterOptions),
        logger: false,
      }).plan();
      return [];
    } catch (error) {
      return (error as { problems: { code: string; message: string }[] }).problems.map(
        ({ code, message }) => `${code} ${message}`,
      );
    }
  };

  it.each<readonly [unknown, string]>([
    [{ deny: ['10.0.0.256'] }, "GW_ERR_BUILD_BAD_ADDRESS '10.0.0.256' in `deny` is not an address"],
    [{ allow: ['host.example'] }, "GW_ERR_BUILD_BAD_ADDRESS 'host.example' in `allow` is not an address"],
    [{ allow: '10.0.0.1' }, "GW_ERR_BUILD_BAD_OPTION option `allow` is `'10.0.0.1'`"],
    [
      { countries: { denied: [] }, lookup: () => null },
      'GW_ERR_BUILD_UNKNOWN_OPTION `denied` is not an option of `countries` of ipFilter',
    ],
    [{ denied: [] }, 'GW_ERR_BUILD_UNKNOWN_OPTION `denied` is not an option of ipFilter'],
    [{ countries: { allow: ['DE'] } }, 'GW_ERR_BUILD_BAD_OPTION option `lookup` is missing'],
    [
      { countries: { deny: ['de'] }, lookup: () => null },
      'GW_ERR_BUILD_BAD_OPTION option `deny` is `["de"]`',
    ],
    [{ lookup: 7 }, 'GW_ERR_BUILD_BAD_OPTION option `lookup` is `7`'],
    [null, 'GW_ERR_BUILD_BAD_OPTION option `options` is `null`'],
  ])('%p is a problem', (options, text) => {
    expect(problems(options)).toEqual([text]);
  });
});

describe('a session', () => {
  const IPV4 = '203.0.113.1';
  const IPV6 = '2001:db8::1';
  const filter = () => ipFilter({ deny: ['198.51.100.0/24'] });
  const CASES: readonly (readonly [
    options: Pick<TestAppOptions, 'sessionAddress' | 'addresses'>,
    from: string,
    refused: readonly string[],
    allowed: readonly string[],
  ])[] = [
    [{ addresses: filter() }, IPV4, ['198.51.100.1', '203.0.113.2', IPV6], [IPV4]],
    [{ addresses: filter() }, IPV6, ['198.51.100.1', '2001:db8:0:1::1'], ['2001:db8:0:0:ffff::1', IPV6]],
    [{ addresses: filter(), sessionAddress: 'any' }, IPV4, ['198.51.100.1'], ['203.0.113.2', IPV6]],
    [{ sessionAddress: 'same' }, IPV4, ['203.0.113.2'], [IPV4]],
    [{}, IPV4, [], ['198.51.100.1', IPV6]],
  ];
  it.each(CASES)('with %j that began from %s refuses %j', async (options, from, refused, allowed) => {
    await using test = await createTestApp(Nothing, {
      ...options,
      trustProxy: 1,
      limits: { closeTimeoutMs: 50 },
    });
    const port = test.app.address?.port as number;
    const of = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const { body } = await ask(port, of(from));
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    const post = (address: string, packet: string) =>
      ask(port, { ...of(address), method: 'POST', path: `${POLLING}&sid=${sid}`, body: packet });
    for (const address of refused) {
      const upgrade = await askUpgrade(port, { ...of(address), path: `${WEBSOCKET}&sid=${sid}` });
      upgrade.socket?.destroy();
      const poll = await ask(port, { ...of(address), path: `${POLLING}&sid=${sid}` });
      const answers = [await post(address, '40'), poll, upgrade];
      expect([address, ...answers.map(({ status }) => status)]).toEqual([address, 403, 403, 403]);
      expect(JSON.parse(poll.body)).toEqual({ code: 'FORBIDDEN', message: expect.any(String) });
    }
    expect(test.app.io.engine.clientsCount).toBe(1);
    expect((await post(from, '40')).status).toBe(200);
    for (const address of allowed)
      expect([address, (await post(address, '3')).status]).toEqual([address, 200]);
  });
});
