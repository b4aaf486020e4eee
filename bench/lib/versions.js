// Which versions are measured, read from the installed packages.
import { readFileSync } from 'node:fs';

/** The installed version of a package of the root, or null. */
export const rootVersion = (name) => installedVersion('../../', name);

/** The installed version of a package of bench/peers, or null. */
export const peerVersion = (name) => installedVersion('../peers/', name);

function installedVersion(folder, name) {
  const file = new URL(`${folder}node_modules/${name}/package.json`, import.meta.url);
  try {
    return JSON.parse(readFileSync(file, 'utf8')).version;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}
