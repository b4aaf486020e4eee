import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where bytes are kept: a temporary folder, made when it is needed and gone when the application closes. */
export class Folder {
  #path: Promise<string> | null = null;

  /** @param id - of our own making: what clients call a file is never part of a path */
  async create(id: string): Promise<FileHandle> {
    return open(await this.pathOf(id), 'wx');
  }

  async pathOf(id: string): Promise<string> {
    this.#path ??= mkdtemp(join(tmpdir(), 'file-transfer-'));
    return join(await this.#path, id);
  }

  async remove(id: string): Promise<void> {
    await rm(await this.pathOf(id), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#path !== null) await rm(await this.#path, { recursive: true, force: true });
  }
}
