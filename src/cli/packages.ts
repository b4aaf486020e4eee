import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package that is installed. */
export interface Installed {
  readonly name: string;
  readonly version: string;
  /** Its folder, without symbolic links. */
  readonly folder: string;
}

/**
 * Finds the package that an import would find: the nearest node_modules, from a folder upwards. By hand, because
 * packages may keep their package.json out of `exports`.
 *
 * @returns null when it is not installed
 */
export function findInstalled(name: string, from: string): Installed | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const installed = readInstalled(join(folder, 'node_modules', name));
    if (installed !== null) return installed;
    if (folder === dirname(folder)) return null;
  }
}

/** Reads the package in a folder; null when there is none. */
export function readInstalled(folder: string): Installed | null {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Installed;
    return { name, version, folder: realpathSync(folder) };
  } catch {
    return null;
  }
}
