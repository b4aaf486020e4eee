// Which versions are measured, read from the installed packages.
import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** The installed version of a package of the root, or null. */
export const versionOfRoot = (name) => versionIn(root, name);

/** The installed version of a package in `node_modules` of a folder, or null. */
export function versionIn(folder, name) {
  const file = new URL(`node_modules/${name}/package.json`, folder);
  try {
    return JSON.parse(readFileSync(file, 'utf8')).version;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}
