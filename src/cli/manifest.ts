import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What package.json says about an application. */
export interface Manifest {
  readonly name: string | null;
  readonly version: string | null;
}

/**
 * Reads the nearest package.json with a name, from the folder of a file upwards.
 *
 * @param file - an absolute path
 */
export async function readManifest(file: string): Promise<Manifest> {
  const folder = dirname(file);
  const { name, version } = await readFields(join(folder, 'package.json'));
  if (typeof name === 'string' && name !== '') {
    return { name, version: typeof version === 'string' && version !== '' ? version : null };
  }
  return dirname(folder) === folder ? { name: null, version: null } : readManifest(folder);
}

/** Folders without the file are on the way, and so are files that only say `"type": "module"`. */
async function readFields(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
