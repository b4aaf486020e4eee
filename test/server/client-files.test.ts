import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Gateway } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';

@Gateway('/')
class Empty {}

const bundle = readFileSync('node_modules/socket.io/client-dist/socket.io.min.js', 'utf8');

describe('the client bundle of Socket.IO', () => {
  it('is served plain or by gzip, with its type', async () => {
    await using test = await createTestApp(Empty);
    for (const encoding of ['gzip', 'identity']) {
      const response = await fetch(`${test.url}/socket.io/socket.io.min.js?v=1`, {
        headers: { 'accept-encoding': encoding },
      });
      expect(response.headers.get('content-type')).toBe('application/javascript; charset=utf-8');
      expect(response.headers.get('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : null);
      expect(await response.text()).toBe(bundle);
    }
    const map = await fetch(`${test.url}/socket.io/socket.io.min.js.map`);
    expect(map.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await map.json()).toHaveProperty('mappings');
  });

  it('is not sent again to who has it', async () => {
    await using test = await createTestApp(Empty);
    const url = `${test.url}/socket.io/socket.io.min.js`;
    const etag = (await fetch(url)).headers.get('etag') as string;
    for (const known of [etag, `W/${etag}`]) {
      const response = await fetch(url, { headers: { 'if-none-match': known } });
      expect([response.status, await response.text()]).toEqual([304, '']);
    }
    expect((await fetch(url, { headers: { 'if-none-match': '"0.0.1"' } })).status).toBe(200);
    expect(test.log.records.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is all that is served, and not even that with `serveClient: false`', async () => {
    await using test = await createTestApp(Empty);
    for (const path of ['/socket.io/package.json', '/socket.io/../package.json', '/socket.io.min.js'])
      expect((await fetch(`${test.url}${path}`)).status).toBeGreaterThanOrEqual(400);
    await using without = await createTestApp(Empty, { socket: { serveClient: false } });
    expect((await fetch(`${without.url}/socket.io/socket.io.min.js`)).status).toBe(400);
  });
});
