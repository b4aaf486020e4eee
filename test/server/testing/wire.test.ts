import { describe, expect, it } from '@jest/globals';
import { Decoder, Encoder } from 'socket.io-parser';
import { createApp, Gateway, OnEvent } from '../../../src/index.js';
import { createTestApp, type TestAppOptions } from '../../../src/testing/index.js';
import { CertificateFolder } from '../../support/certificate.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

/** The parser of Socket.IO with a letter ahead of each text, which no other one understands. */
const parser = {
  Encoder: class extends Encoder {
    override encode(...args: Parameters<Encoder['encode']>) {
      return super.encode(...args).map((part) => (typeof part === 'string' ? `x${part}` : part));
    }
  },
  Decoder: class extends Decoder {
    override add(part: string | Buffer) {
      super.add(typeof part === 'string' ? part.slice(1) : part);
    }
  },
};

describe('clients of createTestApp', () => {
  it.each<readonly [string, TestAppOptions]>([
    ['path', { socket: { path: '/live' } }],
    ['parser', { socket: { parser } }],
    ['transports', { socket: { transports: ['polling'] } }],
  ])('know the `%s` of the application', async (_, options) => {
    for (const target of [Echo, createApp({ gateways: [Echo], ...options, logger: false })]) {
      await using test = await createTestApp(target, target === Echo ? options : {});
      const client = await test.client.connect();
      expect(await client.call('echo', { a: Buffer.from([1]) })).toEqual({ a: Buffer.from([1]) });
    }
  });

  it('connect over TLS', async () => {
    using certificate = new CertificateFolder();
    const { key, cert } = certificate.make('one');
    await using test = await createTestApp(Echo, { tls: { key, cert } });
    expect(test.url).toMatch(/^https:/);
    expect(await (await test.client.connect()).call('echo', 1)).toBe(1);
  });

  it('refuse a transport that the application leaves out', async () => {
    const starting = createTestApp(Echo, { socket: { transports: ['websocket'] }, transport: 'polling' });
    await expect(starting).rejects.toThrow("`transport` is 'polling', which `socket.transports`");
  });
});
