import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Content of a package.json. Fields are unchecked: any program may have written the file. */
export type Manifest = Readonly<Record<string, unknown>>;

/** Fields of gatewire's own package.json, which is published unchanged. */
export interface OwnManifest {
  readonly version: string;
  readonly repository: { readonly url: string };
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Package in a node_modules. */
export interface Installed {
  readonly name: string;
  readonly version: string;
  /** Folder of the package, without symbolic links. */
  readonly folder: string;
}

/** Folder of gatewire itself. The bundles in dist/ are as deep below it as this file is. */
export const OWN_FOLDER = fileURLToPath(new URL('../../', import.meta.url));

/** Manifest without fields that stands for a package.json that is not a JSON object. */
export const UNREADABLE: Manifest = Object.freeze({});

/**
 * Reads the package.json of a folder.
 *
 * @returns null when the folder has none, UNREADABLE when it is not a JSON object
 */
export function readManifest(folder: string): Manifest | null {
  let text: string;
  try {
    text = readFileSync(join(folder, 'package.json'), 'utf8');
  } catch {
    return null;
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Manifest) : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

/** Reads gatewire's own package.json. */
export function ownManifest(): OwnManifest {
  return readManifest(OWN_FOLDER) as unknown as OwnManifest;
}

/**
 * Finds the nearest package.json, from the folder of a file upwards.
 *
 * @param isWanted - condition on its content; files that fail it are passed over
 */
export function nearestManifest(
  file: string,
  isWanted: (manifest: Manifest) => boolean = () => true,
): Manifest | null {
  for (const folder of upwards(dirname(file))) {
    const manifest = readManifest(folder);
    if (manifest !== null && isWanted(manifest)) return manifest;
  }
  return null;
}

/** Tells whether a file of TypeScript is an ES module: by its ending, else by package.json. */
export function isModule(file: string): boolean {
  return file.endsWith('.mts') || nearestManifest(file)?.['type'] === 'module';
}

/**
 * Finds the package that an import would find: in the nearest node_modules, from a folder upwards. It does not ask
 * `require.resolve`, because packages may keep their package.json out of `exports`.
 *
 * @returns null when the package is not installed
 */
export function findInstalled(name: string, from: string): Installed | null {
  for (const folder of upwards(from)) {
    const installed = readInstalled(join(folder, 'node_modules', name));
    if (installed !== null) return installed;
  }
  return null;
}

/** Reads the package in a folder; null when the folder holds none. */
export function readInstalled(folder: string): Installed | null {
  const { name, version } = readManifest(folder) ?? UNREADABLE;
  if (typeof name !== 'string' || typeof version !== 'string') return null;
  return { name, version, folder: realpathSync(folder) };
}

/** Lists a folder and all folders above it, the nearest first. */
export function* upwards(from: string): Iterable<string> {
  let folder = from;
  yield folder;
  while (folder !== dirname(folder)) {
    folder = dirname(folder);
    yield folder;
  }
}
