import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createTestApp } from 'gatewire/testing';
import { files } from './files.contract.js';
import { FilesGateway } from './files.gateway.js';
import { CHUNK_BYTES, MAX_FILE_BYTES } from './limits.js';

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
    assert.deepEqual(await bob.next('files'), [stored]);
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
    assert.equal((await second.call('upload:end', { id })).size, content.length);
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
