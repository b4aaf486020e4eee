import { createHash, type Hash, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { GatewireError, inject } from 'gatewire';
import type { StoredFile } from './files.contract.js';
import { Folder } from './folder.js';

const MAX_TOTAL_BYTES = 1_000_000_000;
const MAX_BYTES_PER_ADDRESS = 500_000_000;
const MAX_FILES = 200;
const MAX_FILES_PER_ADDRESS = 40;
const MAX_UNFINISHED = 50;
const MAX_UNFINISHED_PER_ADDRESS = 10;
const KEEP_UNFINISHED_MS = 10 * 60_000;
const KEEP_FILES_MS = 60 * 60_000;
const SWEEP_MS = 60_000;

interface Upload {
  readonly id: string;
  readonly network: string;
  readonly name: string;
  readonly size: number;
  readonly handle: Promise<FileHandle>;
  readonly hash: Hash;
  /** Bytes that were taken; those of the last writes may still be on their way to the disk. */
  offset: number;
  readonly writes: Set<Promise<unknown>>;
  touchedAt: number;
}

interface Stored {
  readonly file: StoredFile;
  readonly network: string;
  readonly at: number;
}

/**
 * Files that come in pieces. An upload belongs to whoever knows its id, which nobody can guess, and so it outlives
 * the connection that began it.
 */
export class Uploads {
  readonly #unfinished = new Map<string, Upload>();
  readonly #files = new Map<string, Stored>();
  readonly #timer = setInterval(() => void this.#sweep(), SWEEP_MS).unref();

  constructor(@inject(Folder) private readonly folder: Folder) {}

  get files(): readonly StoredFile[] {
    return [...this.#files.values()].map(({ file }) => file);
  }

  find(id: string): StoredFile | null {
    return this.#files.get(id)?.file ?? null;
  }

  /** @param address - of the client: nobody takes all the room by beginning, and never ending */
  async begin(name: string, size: number, address: string): Promise<string> {
    const network = networkOf(address);
    const unfinished = [...this.#unfinished.values()];
    const stored = [...this.#files.values()];
    const all = [...unfinished, ...stored.map((one) => ({ network: one.network, size: one.file.size }))];
    const own = all.filter((one) => one.network === network);
    if (unfinished.filter((one) => one.network === network).length >= MAX_UNFINISHED_PER_ADDRESS) {
      throw new GatewireError('TOO_MANY_UPLOADS', {
        message: 'end or cancel other uploads first',
        details: { limit: MAX_UNFINISHED_PER_ADDRESS },
      });
    }
    if (own.length >= MAX_FILES_PER_ADDRESS) {
      throw new GatewireError('TOO_MANY_FILES', {
        message: 'wait until older files are gone',
        details: { limit: MAX_FILES_PER_ADDRESS },
      });
    }
    // A file of no bytes takes room, too: on the disk, and in the list of everybody.
    const freeBytes = Math.min(MAX_TOTAL_BYTES - bytesOf(all), MAX_BYTES_PER_ADDRESS - bytesOf(own));
    if (size > freeBytes || all.length >= MAX_FILES || unfinished.length >= MAX_UNFINISHED) {
      throw new GatewireError('STORAGE_FULL', { message: 'there is no room for it', details: { freeBytes } });
    }
    return this.#open(name, size, network);
  }

  /** @returns from where on the bytes are missing; null when there is no such upload of that size */
  async resume(id: string, size: number): Promise<number | null> {
    if (this.find(id)?.size === size) return size; // only the answer to its end was lost
    const upload = this.#unfinished.get(id);
    if (upload?.size !== size) return null;
    upload.touchedAt = Date.now();
    await Promise.allSettled(upload.writes); // of the connection that broke
    return upload.offset;
  }

  /** Resolves when the bytes are on the disk. */
  async write(id: string, offset: number, bytes: Uint8Array): Promise<{ offset: number }> {
    const upload = this.#get(id);
    if (offset !== upload.offset || offset + bytes.length > upload.size) throw wrongOffset(upload);
    // Taken at once, so that chunks which come together keep their order.
    upload.offset += bytes.length;
    upload.touchedAt = Date.now();
    upload.hash.update(bytes);
    const writing = upload.handle.then((handle) => handle.write(bytes, 0, bytes.length, offset));
    upload.writes.add(writing);
    try {
      const { bytesWritten } = await writing;
      if (bytesWritten < bytes.length) throw new Error('the disk is full');
    } catch (error) {
      await this.cancel(id); // what is on the disk is not what was counted
      throw error;
    } finally {
      upload.writes.delete(writing);
    }
    return { offset: offset + bytes.length };
  }

  /** Answers the same when it is called again, by a client that lost the answer. */
  async end(id: string): Promise<{ readonly file: StoredFile; readonly isNew: boolean }> {
    const stored = this.find(id);
    if (stored !== null) return { file: stored, isNew: false };
    const upload = this.#get(id);
    if (upload.offset !== upload.size) throw wrongOffset(upload);
    await Promise.allSettled(upload.writes); // the last ones: no more bytes are taken
    // Meanwhile it may have been ended by another call, cancelled, or given up when a write failed.
    if (!this.#unfinished.delete(id)) return this.end(id);
    const file = { id, name: upload.name, size: upload.size, sha256: upload.hash.digest('hex') };
    this.#files.set(id, { file, network: upload.network, at: Date.now() });
    await (await upload.handle).close();
    return { file, isNew: true };
  }

  async cancel(id: string): Promise<void> {
    const upload = this.#unfinished.get(id);
    if (upload === undefined) return;
    this.#unfinished.delete(id);
    await (await upload.handle).close();
    await this.folder.remove(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const id of this.#unfinished.keys()) await this.cancel(id);
  }

  async #open(name: string, size: number, network: string): Promise<string> {
    const id = randomBytes(16).toString('hex');
    const handle = this.folder.create(id);
    const hash = createHash('sha256');
    const upload = {
      id,
      network,
      name,
      size,
      handle,
      hash,
      offset: 0,
      writes: new Set<never>(),
      touchedAt: Date.now(),
    };
    // Before anything is awaited: of many that begin together, each has to see the others.
    this.#unfinished.set(id, upload);
    try {
      await handle;
    } catch (error) {
      this.#unfinished.delete(id);
      throw error;
    }
    return id;
  }

  #get(id: string): Upload {
    const upload = this.#unfinished.get(id);
    if (upload === undefined) throw new GatewireError('NOT_FOUND', { message: 'there is no such upload' });
    return upload;
  }

  /** Nobody deletes files here, so they go by themselves; so do uploads that nobody goes on with. */
  async #sweep(): Promise<void> {
    const now = Date.now();
    for (const { id, touchedAt } of this.#unfinished.values()) {
      if (now - touchedAt > KEEP_UNFINISHED_MS) await this.cancel(id).catch(() => {});
    }
    for (const [id, { at }] of this.#files) {
      if (now - at <= KEEP_FILES_MS) continue;
      this.#files.delete(id);
      await this.folder.remove(id).catch(() => {});
    }
  }
}

function bytesOf(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** Who has one IPv6 address has the 2^64 that begin like it. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [left = [], right = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = address.includes('::') ? Array<string>(8 - left.length - right.length).fill('0') : [];
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}

function wrongOffset({ offset }: Upload): GatewireError {
  return new GatewireError('WRONG_OFFSET', {
    message: `expected the bytes from ${offset} on`,
    details: { offset },
  });
}
