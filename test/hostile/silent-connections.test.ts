import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createApp, Gateway, type Limits, type LogRecord, OnEvent } from '../../src/index.js';
import { CertificateFolder } from '../support/certificate.js';
import { POLLING } from '../support/raw-http.js';
import { within } from '../support/within.js';
import { httpRequest } from './client/bytes.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

const NEVER_MS = 2 ** 31 - 1;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

type Kind = 'TCP' | 'TCP below TLS' | 'TLS';

async function start(kind: Kind, limits: Partial<Limits>) {
  const records: LogRecord[] = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (record: LogRecord) => records.push(record) };
  const folder = new CertificateFolder();
  const options = kind === 'TCP' ? {} : { tls: folder.make('gatewire') };
  const app = createApp({ gateways: [Echo], logger, limits: { closeTimeoutMs: 50, ...limits }, ...options });
  await app.listen(0, '127.0.0.1');
  const port = app.address?.port as number;
  return {
    records,
    /** Opens a connection that has sent nothing, after TLS where it has that. */
    open: () =>
      new Promise<Watched>((resolve, reject) => {
        const address = { port, host: '127.0.0.1' };
        const ready = (): void => resolve(watched(socket));
        const socket: Socket =
          kind === 'TLS'
            ? connectTls({ ...address, rejectUnauthorized: false }, ready)
            : connectTcp(address, ready);
        sockets.push(socket);
        socket.once('error', reject);
      }),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      folder[Symbol.dispose]();
    },
  };
}

interface Watched {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  received: string;
}

function watched(socket: Socket): Watched {
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const one: Watched = { socket, ended, received: '' };
  socket.on('error', () => {}); // a reset is an end
  socket.on('data', (bytes: Buffer) => {
    one.received += bytes.toString('latin1');
  });
  return one;
}

describe.each<Kind>(['TCP', 'TCP below TLS', 'TLS'])('connections over %s that send no request', (kind) => {
  it('are closed at `requestHeadTimeoutMs`, with half a head, too', async () => {
    await using server = await start(kind, { requestHeadTimeoutMs: 300 });
    for (const bytes of ['', 'GET /socket.io/ HTTP/1.1\r\nHost:']) {
      const one = await server.open();
      if (bytes !== '' && kind !== 'TCP below TLS') one.socket.write(bytes);
      await within('the end', one.ended);
      expect(one.received).toBe('');
    }
    expect(server.records).toContainEqual(
      expect.objectContaining({ event: 'connection.closed', limit: 'requestHeadTimeoutMs' }),
    );
  });

  it('are closed when there are more than `silentConnections`, the oldest first', async () => {
    await using server = await start(kind, { silentConnections: 3, requestHeadTimeoutMs: NEVER_MS });
    const ends: number[] = [];
    const all: Watched[] = [];
    for (let i = 0; i < 6; i++) {
      const one = await server.open();
      void one.ended.then(() => ends.push(i));
      all.push(one);
    }
    for (const one of all.slice(0, 3)) await within('the end', one.ended);
    expect(ends).toEqual([0, 1, 2]);
    expect(server.records).toContainEqual(
      expect.objectContaining({ event: 'connection.closed', limit: 'silentConnections' }),
    );
  });
});

describe.each<Kind>(['TCP', 'TLS'])('connections over %s that have sent a request', (kind) => {
  it('are silent no more', async () => {
    await using server = await start(kind, { silentConnections: 1, requestHeadTimeoutMs: 1_000 });
    const all: Watched[] = [];
    for (let i = 0; i < 4; i++) {
      const one = await server.open();
      one.socket.write(httpRequest('GET', POLLING));
      while (!one.received.includes('"sid"')) {
        await within('the answer', new Promise<void>((resolve) => one.socket.once('data', () => resolve())));
      }
      // A poll that waits: Node ends idle connections by itself.
      const [, sid = ''] = /"sid":"([^"]+)"/.exec(one.received) ?? [];
      one.socket.write(httpRequest('GET', `${POLLING}&sid=${sid}`));
      all.push(one);
    }
    // One more that says nothing is closed in the end, and those not.
    const silent = await server.open();
    await within('the end', silent.ended);
    expect(all.map(({ socket }) => socket.destroyed)).toEqual([false, false, false, false]);
  });
});
