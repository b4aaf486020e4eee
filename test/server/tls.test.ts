import { once } from 'node:events';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { type App, createApp, Gateway, type LogRecord, OnEvent, type TlsOptions } from '../../src/index.js';
import { type CertificateFiles, CertificateFolder } from '../support/certificate.js';
import { WAIT_MS, within } from '../support/within.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

interface Running extends AsyncDisposable {
  readonly app: App;
  readonly port: number;
  /** Waits for a record of the log. */
  logged(event: string): Promise<LogRecord>;
}

async function start(tls: TlsOptions): Promise<Running> {
  const records: LogRecord[] = [];
  const waiting: (() => void)[] = [];
  const keep = (record: LogRecord): void => {
    records.push(record);
    for (const look of waiting.splice(0)) look();
  };
  const logger = { debug: keep, info: keep, warn: keep, error: keep };
  const limits = { closeTimeoutMs: 50 }; // polling clients that are gone would take their full time
  const app = createApp({ gateways: [Echo], tls, limits, logger });
  await app.listen(0, '127.0.0.1');
  const logged = async (event: string): Promise<LogRecord> => {
    for (;;) {
      const found = records.findIndex((record) => record.event === event);
      if (found !== -1) return records.splice(found, 1)[0] as LogRecord;
      await within(event, new Promise<void>((resolve) => waiting.push(resolve)));
    }
  };
  return { app, port: app.address?.port as number, logged, [Symbol.asyncDispose]: () => app.close() };
}

/** The name in the certificate that a new connection is shown. */
function nameShown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** @param ca - null to trust whatever is shown */
function open(port: number, ca: string | null, transport: string): Promise<Socket> {
  const client = io(`https://127.0.0.1:${port}`, {
    transports: [transport],
    reconnection: false,
    ...(ca === null ? { rejectUnauthorized: false } : { ca }),
    forceNew: true,
  });
  return within(
    'a connection',
    new Promise((resolve, reject) => client.on('connect', () => resolve(client)).on('connect_error', reject)),
  );
}

const echo = (client: Socket, value: unknown): Promise<unknown> =>
  client.timeout(WAIT_MS).emitWithAck('echo', value);

/** Puts the files of one certificate in place of another's, as renewals do. */
function replace(target: CertificateFiles, source: CertificateFiles): void {
  for (const part of ['key', 'cert'] as const) {
    copyFileSync(source[part], `${target[part]}.new`);
    renameSync(`${target[part]}.new`, target[part]);
  }
}

describe('tls', () => {
  it.each(['websocket', 'polling'])('serves %s, from paths and from PEM', async (transport) => {
    using folder = new CertificateFolder();
    const files = folder.make('first');
    const pem = { key: readFileSync(files.key), cert: readFileSync(files.cert, 'utf8') };
    for (const tls of [files, pem]) {
      await using server = await start(tls);
      const client = await open(server.port, readFileSync(files.cert, 'utf8'), transport);
      expect(await echo(client, 'hi')).toEqual({ ok: true, data: 'hi' });
      client.disconnect();
      const { url } = await server.logged('app.listening');
      expect(url).toBe(`https://127.0.0.1:${server.port}`);
    }
  });

  it('names the URL of a server that its owner encrypts', async () => {
    using folder = new CertificateFolder();
    const { key, cert } = folder.make('owner');
    const server = createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) });
    const records: LogRecord[] = [];
    const info = (record: LogRecord) => records.push(record);
    const logger = { debug() {}, info, warn() {}, error() {} };
    const app = createApp({ gateways: [Echo], server, logger });
    await app.listen(0, '127.0.0.1');
    const { port } = app.address ?? {};
    await app.close();
    expect(records).toContainEqual({ event: 'app.listening', url: `https://127.0.0.1:${port}` });
  });

  it('takes a renewed certificate when its files change, without dropping anybody', async () => {
    using folder = new CertificateFolder();
    const files = folder.make('first');
    await using server = await start({ ...files, reloadEveryMs: 20 });
    const clients = [await open(server.port, null, 'websocket'), await open(server.port, null, 'polling')];
    let dropped = 0;
    for (const client of clients) client.on('disconnect', () => dropped++);
    expect(await nameShown(server.port)).toBe('first');
    replace(files, folder.make('second'));
    await server.logged('tls.reloaded');
    // The key may have been seen ahead of its certificate: then the one of before stays for one more look.
    while ((await nameShown(server.port)) === 'first') await server.logged('tls.reloaded');
    expect(await nameShown(server.port)).toBe('second');
    for (const client of clients) expect(await echo(client, 1)).toEqual({ ok: true, data: 1 });
    expect(dropped).toBe(0);
    for (const client of clients) client.disconnect();
  });

  it('keeps what it has when the new one is bad, says so once, and takes the next good one', async () => {
    using folder = new CertificateFolder();
    const files = folder.make('first');
    await using server = await start({ ...files, reloadEveryMs: 20 });
    writeFileSync(files.cert, 'no certificate');
    const { error } = await server.logged('tls.reload-failed');
    expect(String(error)).toContain('GW_ERR_BOOT_BAD_CERTIFICATE');
    expect(await nameShown(server.port)).toBe('first');
    replace(files, folder.make('third'));
    await server.logged('tls.reloaded');
    expect(await nameShown(server.port)).toBe('third');
  });

  it('is read again by reloadTls(), which rejects when it cannot be used', async () => {
    using folder = new CertificateFolder();
    const files = folder.make('first');
    await using server = await start(files);
    replace(files, folder.make('second'));
    await server.app.reloadTls();
    expect(await nameShown(server.port)).toBe('second');
    const { key } = folder.make('other');
    copyFileSync(key, files.key);
    await expect(server.app.reloadTls()).rejects.toMatchObject({
      problems: [{ code: 'GW_ERR_BOOT_BAD_CERTIFICATE' }],
    });
    expect(await nameShown(server.port)).toBe('second');
  });

  it('lets the application end while a client has said nothing of TLS yet', async () => {
    using folder = new CertificateFolder();
    const server = await start(folder.make('first'));
    const silent = connectTcp(server.port, '127.0.0.1');
    const ended = once(silent, 'close');
    await nameShown(server.port); // by now the server has the silent one, too
    await within('the end', server.app.close());
    await ended;
  });

  it('ends with the application, its timer and its connections', async () => {
    using folder = new CertificateFolder();
    const files = folder.make('first');
    const server = await start({ ...files, reloadEveryMs: 20 });
    const client = await open(server.port, null, 'websocket');
    const reason = new Promise((resolve) => client.on('disconnect', resolve));
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'TLSWRAP').length;
    await server.app.close();
    expect(await reason).toBe('transport close');
    await expect(nameShown(server.port)).rejects.toThrow('ECONNREFUSED');
    await expect(server.app.reloadTls()).rejects.toThrow('reloadTls() needs');
    expect(timers()).toBe(0);
  });
});

describe('at boot', () => {
  const problemsOf = async (tls: unknown, options = {}): Promise<readonly string[]> => {
    const app = createApp({ gateways: [Echo], tls: tls as TlsOptions, logger: false, ...options });
    const error = await app.listen(0, '127.0.0.1').then(
      () => app.close(),
      (thrown: unknown) => thrown,
    );
    return ((error as { problems?: { code: string; message: string }[] }).problems ?? []).map(
      ({ code, message }) => `${code} ${message}`,
    );
  };

  it('a file that is not there, and a key of another certificate, are problems', async () => {
    using folder = new CertificateFolder();
    const files = folder.make('first');
    const other = folder.make('other');
    expect(await problemsOf({ key: `${files.key}x`, cert: files.cert })).toEqual([
      `GW_ERR_BOOT_BAD_CERTIFICATE \`key\` (${JSON.stringify(`${files.key}x`)}) of \`tls\` cannot be used: ENOENT`,
    ]);
    const [mismatch] = await problemsOf({ key: other.key, cert: files.cert });
    expect(mismatch).toMatch(
      /^GW_ERR_BOOT_BAD_CERTIFICATE `key` and `cert` of `tls` cannot be used: .*mismatch/,
    );
    const [broken] = await problemsOf({ key: files.key, cert: '-----BEGIN CERTIFICATE-----' });
    expect(broken).toMatch(/^GW_ERR_BOOT_BAD_CERTIFICATE/);
  });

  it('half of a pair, a bad interval, or a server besides, are problems', async () => {
    expect(await problemsOf({ cert: 'x' })).toEqual([
      expect.stringMatching(/^GW_ERR_BUILD_BAD_OPTION option `tls`/),
    ]);
    expect(await problemsOf({ key: 'x', cert: 'x', reloadEveryMs: 0 })).toEqual([
      expect.stringMatching(/^GW_ERR_BUILD_BAD_OPTION option `tls`/),
    ]);
    expect(await problemsOf({ key: 'x', cert: 'x' }, { server: createServer() })).toEqual([
      'GW_ERR_BUILD_BAD_OPTION option `tls` is given besides `server`',
    ]);
  });
});
