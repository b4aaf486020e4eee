import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { ServerProcess } from '../../support/server-process.js';
import { WAIT_MS } from '../../support/within.js';

const CHUNK = 256 * 1024;
const LARGE = 150_000_000;
const GROWTH = 100_000_000;

interface Answer {
  readonly ok: boolean;
  readonly data?: { readonly id: string; readonly offset: number; readonly sha256: string };
  readonly error?: { readonly code: string; readonly details?: unknown };
}

let server: ServerProcess;
let url: string;
let temporary: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  temporary = await mkdtemp(path.join(tmpdir(), 'gatewire-files-'));
  server = new ServerProcess('examples/file-transfer/main.ts', 0, { env: { TMPDIR: temporary } });
  url = await server.listening();
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await server.kill();
  await rm(temporary, { recursive: true });
});

/** A client as somebody else would write it. */
function client(): Socket {
  const socket = io(`${url}/files`, { transports: ['websocket'], forceNew: true, reconnectionDelay: 10 });
  sockets.push(socket);
  return socket;
}

const call = (socket: Socket, event: string, payload: object): Promise<Answer> =>
  socket.timeout(WAIT_MS).emitWithAck(event, payload) as Promise<Answer>;

const begin = async (socket: Socket, name: string, size: number, id?: string) =>
  (await call(socket, 'upload:begin', { name, size, ...(id !== undefined && { id }) })).data as NonNullable<
    Answer['data']
  >;

/** Sends from an offset on, four at once, and drops the connection where it is told to. */
async function sendFrom(socket: Socket, id: string, content: Buffer, from: number, dropAt: number) {
  for (let next = from; next < content.length; next += 4 * CHUNK) {
    const offsets = [0, 1, 2, 3].map((i) => next + i * CHUNK).filter((offset) => offset < content.length);
    const isLast = dropAt >= next && dropAt < next + 4 * CHUNK;
    const answers = offsets.map((offset) =>
      call(socket, 'upload:chunk', { id, offset, bytes: content.subarray(offset, offset + CHUNK) }),
    );
    if (isLast) {
      socket.io.engine.close();
      await Promise.allSettled(answers);
      return false;
    }
    await Promise.all(answers);
  }
  return true;
}

async function upload(name: string, content: Buffer, drops: readonly number[]): Promise<Answer> {
  const socket = client();
  let { id, offset } = await begin(socket, name, content.length);
  for (const dropAt of [...drops, Number.POSITIVE_INFINITY]) {
    if (await sendFrom(socket, id, content, offset, dropAt)) break;
    ({ id, offset } = await begin(socket, name, content.length, id));
  }
  return call(socket, 'upload:end', { id });
}

describe('the process of examples/file-transfer', () => {
  it('takes two uploads at once, each interrupted several times, byte by byte as they were', async () => {
    const contents = [randomBytes(20_000_000), randomBytes(7_654_321)] as const;
    const [one, two] = await Promise.all([
      upload('one.bin', contents[0], [3_000_000, 3_000_000, 12_000_000]),
      upload('two.bin', contents[1], [5_000_000]),
    ]);
    for (const [i, answer] of [one, two].entries()) {
      const sha256 = createHash('sha256')
        .update(contents[i] as Buffer)
        .digest('hex');
      expect(answer).toMatchObject({ ok: true, data: { sha256, size: contents[i]?.length } });
      const download = await fetch(`${url}/files/${answer.data?.id}`);
      expect(download.headers.get('content-disposition')).toMatch(/^attachment; filename/);
      expect(download.headers.get('content-type')).toBe('application/octet-stream');
      expect(Buffer.from(await download.arrayBuffer()).equals(contents[i] as Buffer)).toBe(true);
    }
  });

  it('refuses what does not fit, and keeps no path that a client names', async () => {
    const socket = client();
    const { id } = await begin(socket, '../../etc/passwd', 5);
    const wrong = await call(socket, 'upload:chunk', { id, offset: 1, bytes: Buffer.from('a') });
    expect(wrong.error).toMatchObject({ code: 'WRONG_OFFSET', details: { offset: 0 } });
    for (const [payload, code] of [
      [{ id, offset: 0, bytes: Buffer.alloc(6) }, 'WRONG_OFFSET'],
      [{ id, offset: 0, bytes: Buffer.alloc(CHUNK + 1) }, 'INVALID_PAYLOAD'],
      [{ id, offset: 0, bytes: 'text' }, 'INVALID_PAYLOAD'],
      [{ id, offset: -1, bytes: Buffer.from('a') }, 'INVALID_PAYLOAD'],
      [{ id: '../../etc/passwd', offset: 0, bytes: Buffer.from('a') }, 'INVALID_PAYLOAD'],
      [{ id: 'f'.repeat(32), offset: 0, bytes: Buffer.from('a') }, 'NOT_FOUND'],
    ] as const) {
      expect((await call(socket, 'upload:chunk', payload)).error?.code).toBe(code);
    }
    for (const size of [200_000_001, -1, 0.5]) {
      expect((await call(socket, 'upload:begin', { name: 'x', size })).error?.code).toBe('INVALID_PAYLOAD');
    }
    await call(socket, 'upload:chunk', { id, offset: 0, bytes: Buffer.from('12345') });
    expect((await call(socket, 'upload:end', { id })).ok).toBe(true);
    const download = await fetch(`${url}/files/${id}`);
    expect(download.headers.get('content-disposition')).toMatch(/^attachment; filename="?passwd"?$/);
    expect(await download.text()).toBe('12345');
    for (const path of [
      '/files/../main.ts',
      '/files/..%2f..%2fmain.ts',
      `/files/${'f'.repeat(32)}`,
      '/main.ts',
    ]) {
      expect((await fetch(url + path)).status).toBe(404);
    }
  });

  it('does not take an upload for whole that is smaller than it was said to be', async () => {
    const socket = client();
    const { id } = await begin(socket, 'short.bin', 10);
    await call(socket, 'upload:chunk', { id, offset: 0, bytes: Buffer.from('12345') });
    expect((await call(socket, 'upload:end', { id })).error).toMatchObject({
      code: 'WRONG_OFFSET',
      details: { offset: 5 },
    });
    expect((await fetch(`${url}/files/${id}`)).status).toBe(404);
    socket.emit('upload:cancel', { id });
    expect((await call(socket, 'upload:end', { id })).error?.code).toBe('NOT_FOUND');
  });

  it('answers the same to all who end an upload at once', async () => {
    const socket = client();
    const { id } = await begin(socket, 'twice.bin', CHUNK);
    const bytes = randomBytes(CHUNK);
    const [, ...ended] = await Promise.all([
      call(socket, 'upload:chunk', { id, offset: 0, bytes }),
      call(socket, 'upload:end', { id }),
      call(socket, 'upload:end', { id }),
    ]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    for (const answer of ended) expect(answer).toMatchObject({ ok: true, data: { id, sha256 } });
  });

  it('answers each chunk of a client that does not wait for acknowledgements, and holds little meanwhile', async () => {
    const before = await residentBytes('VmRSS');
    const bytes = Buffer.alloc(CHUNK);
    const floods = Array.from({ length: 4 }, async () => {
      const socket = client();
      const { id } = await begin(socket, 'impatient.bin', 100 * CHUNK);
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) => call(socket, 'upload:chunk', { id, offset: i * CHUNK, bytes })),
      );
      expect(await call(socket, 'upload:cancel', { id })).toMatchObject({ ok: true });
      return answers;
    });
    for (const answers of await Promise.all(floods)) {
      const codes = answers.map(({ ok, error }) => (ok ? 'ok' : error?.code));
      // As fast as the disk is: what is beyond the window is refused, where reading has not been slower already. Behind a
      // chunk that was refused, no other one continues the file.
      const taken = codes.findIndex((code) => code !== 'ok');
      expect(codes).toHaveLength(100);
      if (taken >= 0) expect(codes[taken]).toBe('OVERLOADED');
      for (const code of codes.slice(taken < 0 ? 100 : taken))
        expect(code).toMatch(/^(OVERLOADED|WRONG_OFFSET)$/);
    }
    await upload('large.bin', Buffer.alloc(LARGE, 'abc'), [LARGE / 2]);
    expect((await residentBytes('VmHWM')) - before).toBeLessThan(GROWTH);
  });

  it('lets one address begin no more than a few uploads', async () => {
    const socket = client();
    const begun = await Promise.all(
      Array.from({ length: 12 }, () => call(socket, 'upload:begin', { name: 'x', size: 1 })),
    );
    const refused = begun.filter(({ error }) => error?.code === 'TOO_MANY_UPLOADS');
    expect(refused).toHaveLength(2);
  });

  it('leaves nothing on the disk when it is stopped', async () => {
    const folders = async () =>
      (await readdir(temporary)).filter((name) => name.startsWith('file-transfer-'));
    expect(await folders()).toHaveLength(1);
    server.child.kill('SIGTERM');
    expect((await server.exited()).code).toBe(0);
    expect(await folders()).toEqual([]);
  });
});

/** Memory of the process: what it has (VmRSS), or the most that it ever had (VmHWM). */
async function residentBytes(field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${server.child.pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
}
