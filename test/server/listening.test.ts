import os from 'node:os';
import { describe, expect, it, jest } from '@jest/globals';
import { createApp, Gateway, type LogRecord } from '../../src/index.js';
import { placesOf } from '../../src/transport/listen.js';

@Gateway('/')
class Home {}

/** Listens, and returns what the log said of it, with the port as `PORT`. */
async function listeningOn(host?: string): Promise<LogRecord | undefined> {
  const records: LogRecord[] = [];
  const info = (record: LogRecord) => void records.push(record);
  const app = createApp({
    gateways: [Home],
    logger: { debug() {}, info, warn() {}, error() {} },
    health: {},
  });
  await app.listen(0, host);
  const port = app.address?.port ?? 0;
  const record = records.find(({ event }) => event === 'app.listening');
  const urls = [record?.['url'] as string, ...((record?.['network'] ?? []) as string[])];
  for (const url of urls) expect((await fetch(`${url}/readyz`)).status).toBe(200);
  await app.close();
  return JSON.parse(JSON.stringify(record).replaceAll(String(port), 'PORT')) as LogRecord;
}

const ofNetwork = (): readonly string[] =>
  Object.values(os.networkInterfaces())
    .flatMap((all = []) => all)
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `http://${address}:PORT`);

describe('the log names what can be opened', () => {
  const event = 'app.listening';

  it('of all addresses: localhost, and those of the networks of this machine', async () => {
    const network = ofNetwork();
    const all = { event, url: 'http://localhost:PORT', ...(network.length > 0 && { network }) };
    expect(await listeningOn()).toEqual(all);
    expect(await listeningOn('0.0.0.0')).toEqual(all);
  });

  it('of many networks: eight', () => {
    const one = { address: '10.0.0.1', family: 'IPv4', internal: false } as os.NetworkInterfaceInfo;
    const asked = jest.spyOn(os, 'networkInterfaces').mockReturnValue({ tunnels: Array(20).fill(one) });
    const places = placesOf({ address: '::', family: 'IPv6', port: 3000 }, undefined, false);
    expect(places).toEqual({ url: 'http://localhost:3000', network: Array(8).fill('http://10.0.0.1:3000') });
    asked.mockRestore();
  });

  it.each(['127.0.0.1', 'localhost'])('of the host %s: this one', async (host) => {
    expect(await listeningOn(host)).toEqual({ event, url: `http://${host}:PORT` });
  });

  it('of an address of IPv6: the URL with brackets', () => {
    const address = { address: '::1', family: 'IPv6', port: 3000 };
    expect(placesOf(address, '::1', true)).toEqual({ url: 'https://[::1]:3000' });
    expect(placesOf(address, undefined, true)).toEqual({ url: 'https://[::1]:3000' });
  });
});
