import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createTestApp } from 'gatewire/testing';
import { files } from './files.contract.js';
import { FilesGateway } from './files.gateway.js';
import { Folder } from './folder.js';
import { CHUNK_BYTES, MAX_FILE_BYTES } from './limits.js';
import { Uploads } from './uploads.js';

const start = () => createTestApp(FilesGateway);
const content = randomBytes(CHUNK_BYTES + 1_000);
const parts = [content.subarray(0, CHUNK_BYTES), content.subarray(CHUNK_BYTES)] as const;

test('a file arrives as it was, and everybody hears of it', async () => {
  const app = await start();
  try {
    const [ann, bob] = [await app.client.connect(files), await app.client.connect(files)];
    const { id, offset } = await ann.call('upload:begin', { name: 'notes.txt', size: content.length });
    assert.equal(offset, 0);
    await ann.call('upload:chunk', { id, offset: 0, bytes: parts[0] });
    await ann.call('upload:chunk', { id, offset: CHUNK_BYTES, bytes: parts[1] });
    const stored = await ann.call('upload:end', { id });
    const sha256 = createHash('sha256').update(content).digest('hex');
    assert.deepEqual(stored, { id, name: 'notes.txt', size: content.length, sha256 });
    assert.deepEqual(await bob.next('file:added'), stored);
    assert.deepEqual(await ann.call('upload:end', { id }), stored); // a second time it is no news
    await bob.expectNone('file:added');
  } finally {
    await app.close();
  }
});

test('an upload goes on over another connection, from where it was', async () => {
  const app = await start();
  try {
    const first = await app.client.connect(files);
    const file = { name: 'notes.txt', size: content.length };
    const { id } = await first.call('upload:begin', file);
    await first.call('upload:chunk', { id, offset: 0, bytes: parts[0] });
    await first.close();
    const second = await app.client.connect(files);
    assert.deepEqual(await second.call('upload:begin', { ...file, id }), { id, offset: CHUNK_BYTES });
    await second.call('upload:chunk', { id, offset: CHUNK_BYTES, bytes: parts[1] });
    const stored = await second.call('upload:end', { id });
    assert.equal(stored.size, content.length);
    // Whose connection broke before that answer came: nothing is sent twice.
    const third = await app.client.connect(files);
    assert.deepEqual(await third.call('upload:begin', { ...file, id }), { id, offset: content.length });
    assert.deepEqual(await third.call('upload:end', { id }), stored);
    assert.deepEqual(await third.call('file:list'), [stored]);
  } finally {
    await app.close();
  }
});

test('bytes that are not the next ones, or too many, are refused', async () => {
  const app = await start();
  try {
    const client = await app.client.connect(files);
    const { id } = await client.call('upload:begin', { name: 'notes.txt', size: 10 });
    const send = (offset: number, bytes: Uint8Array<ArrayBuffer>) =>
      client.call('upload:chunk', { id, offset, bytes });
    await assert.rejects(send(5, parts[1].subarray(0, 5)), { code: 'WRONG_OFFSET', details: { offset: 0 } });
    await assert.rejects(send(0, parts[1].subarray(0, 11)), { code: 'WRONG_OFFSET' });
    await assert.rejects(send(0, content), { code: 'INVALID_PAYLOAD' });
    await assert.rejects(client.call('upload:end', { id }), { code: 'WRONG_OFFSET' });
    const tooLarge = { name: 'film.mkv', size: MAX_FILE_BYTES + 1 };
    await assert.rejects(client.call('upload:begin', tooLarge), { code: 'INVALID_PAYLOAD' });
  } finally {
    await app.close();
  }
});

test('an upload has room on the disk, or is refused before it begins', async () => {
  await using folder = new Folder();
  await using uploads = new Uploads(folder);
  for (let i = 0; i < 5; i++) await uploads.begin('film.mkv', MAX_FILE_BYTES, `10.0.0.${i}`);
  await assert.rejects(uploads.begin('x', 1, '10.0.0.9'), {
    code: 'STORAGE_FULL',
    details: { freeBytes: 0 },
  });
});

test('unfinished uploads are few, of one address and of all', async () => {
  await using folder = new Folder();
  await using uploads = new Uploads(folder);
  const begin = (network: number) => uploads.begin('x', 1, `10.0.${network}.1`);
  for (let i = 0; i < 10; i++) await begin(0);
  await assert.rejects(begin(0), { code: 'TOO_MANY_UPLOADS', details: { limit: 10 } });
  for (let i = 0; i < 40; i++) await begin(1 + (i % 4));
  await assert.rejects(begin(5), { code: 'STORAGE_FULL' });
});

test('files are few and small, of one network and of all', async () => {
  await using folder = new Folder();
  await using uploads = new Uploads(folder);
  const store = async (address: string, size = 0) => uploads.end(await uploads.begin('x', size, address));
  // As many addresses as there are in one network, which is what one client has.
  for (let i = 0; i < 40; i++) await store(`2001:db8:0:${i % 2 === 0 ? '0:' : ''}:${i + 1}`);
  for (const address of ['2001:db8::9', '2001:db8:0:0:1:2:3:4']) {
    await assert.rejects(store(address), { code: 'TOO_MANY_FILES', details: { limit: 40 } });
  }
  for (let i = 0; i < 160; i++) await store(`10.0.${i % 4}.1`);
  await assert.rejects(store('2001:db8:0:1::1'), { code: 'STORAGE_FULL' });
});

test('one network takes half of the room at most', async () => {
  await using folder = new Folder();
  await using uploads = new Uploads(folder);
  for (let i = 0; i < 2; i++) await uploads.begin('film.mkv', MAX_FILE_BYTES, '10.0.0.1');
  await assert.rejects(uploads.begin('film.mkv', MAX_FILE_BYTES, '10.0.0.1'), {
    code: 'STORAGE_FULL',
    details: { freeBytes: 100_000_000 },
  });
  await uploads.begin('film.mkv', MAX_FILE_BYTES, '10.0.0.2');
});

test('uploads that begin too fast are told to wait', async () => {
  const app = await start();
  try {
    const client = await app.client.connect(files);
    const begin = async () => {
      const { id } = await client.call('upload:begin', { name: 'x', size: 1 });
      client.emit('upload:cancel', { id });
    };
    for (let i = 0; i < 60; i++) await begin();
    await assert.rejects(begin(), { code: 'RATE_LIMITED' });
  } finally {
    await app.close();
  }
});

test('an upload that nobody goes on with is given up after a while, and a file after an hour', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] });
  await using folder = new Folder();
  await using uploads = new Uploads(folder);
  const left = await uploads.begin('left.txt', 2, '10.0.0.1');
  await uploads.write(left, 0, Buffer.from('a'));
  const done = await uploads.begin('done.txt', 0, '10.0.0.1');
  await uploads.end(done);
  t.mock.timers.tick(9 * 60_000);
  assert.equal(await uploads.resume(left, 2), 1); // which counts as a sign of life
  t.mock.timers.tick(9 * 60_000);
  assert.equal(await uploads.resume(left, 2), 1);
  t.mock.timers.tick(12 * 60_000);
  assert.equal(await uploads.resume(left, 2), null);
  await assert.rejects(uploads.write(left, 1, Buffer.from('b')), { code: 'NOT_FOUND' });
  assert.equal(uploads.find(done)?.name, 'done.txt');
  t.mock.timers.tick(60 * 60_000);
  assert.equal(uploads.find(done), null);
});
