import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cliError } from './errors.js';

const TYPESCRIPT = /\.[cm]?tsx?$/;

/** Whether a file is TypeScript, by its name. */
export function isTypeScript(file: string): boolean {
  return TYPESCRIPT.test(file);
}

/**
 * Finds the program of tsx: the user's own before one that happens to lie beside gatewire.
 *
 * @param file - absolute path of what it is to run
 * @returns an absolute path, or null when there is no tsx
 */
export function tsxProgram(file: string, cwd: string): string | null {
  for (const base of [file, join(cwd, 'package.json'), import.meta.url]) {
    const manifest = resolveManifest(base);
    if (manifest === null) continue;
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: string };
    return join(dirname(manifest), bin);
  }
  return null;
}

/**
 * Finds what `node --import` makes a process read TypeScript with: the user's own tsx first, as above.
 *
 * @param file - absolute path of what it is to run
 * @returns a URL, or null when there is no tsx
 */
export function tsxLoader(file: string, cwd: string): string | null {
  for (const base of [file, join(cwd, 'package.json'), import.meta.url]) {
    const manifest = resolveManifest(base);
    if (manifest === null) continue;
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: { readonly '.': string } };
    return new URL(exports['.'], pathToFileURL(manifest)).href;
  }
  return null;
}

/** The tsconfig.json nearest to a file, from its folder upwards; null when there is none. */
export function nearestTsconfig(file: string): string | null {
  return nearest('tsconfig.json', file);
}

/**
 * Makes this process read TypeScript, if the file is TypeScript. Node strips types by itself in newer versions,
 * but it has no decorators; hence tsx, and the user's own before one that happens to lie beside gatewire.
 *
 * @param file - absolute path of the application
 * @param shown - the same for messages
 * @throws {CliError} GW_ERR_CLI_NO_LOADER when there is no tsx
 */
export async function readTypeScript(file: string, shown: string, cwd: string): Promise<void> {
  if (!isTypeScript(file)) return;
  const entries = tsxEntries([file, join(cwd, 'package.json'), import.meta.url]);
  if (entries === null) throw cliError('GW_ERR_CLI_NO_LOADER', { file: shown });
  // tsx would look in the working directory, which in a monorepo is not where the application is.
  const tsconfig = nearest('tsconfig.json', file);
  if (tsconfig !== null) process.env['TSX_TSCONFIG_PATH'] ??= tsconfig;
  for (const entry of entries) ((await import(entry)) as { register(): unknown }).register();
}

/** The module that reads `require()`, for applications compiled to CommonJS, and the one that reads `import`. */
const SUBPATHS = ['./cjs/api', './esm/api'];

function tsxEntries(from: readonly string[]): readonly string[] | null {
  for (const base of from) {
    const manifest = resolveManifest(base);
    if (manifest === null) continue;
    // Looked up by hand: require.resolve would give the CommonJS twin of the entry, whose register() finds
    // a file of its own only when it is not loaded by import().
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as TsxManifest;
    const files = SUBPATHS.flatMap((subpath) => exports[subpath]?.import?.default ?? []);
    if (files.length === SUBPATHS.length)
      return files.map((one) => new URL(one, pathToFileURL(manifest)).href);
  }
  return null;
}

interface TsxManifest {
  readonly exports: Readonly<Record<string, { readonly import?: { readonly default?: string } } | undefined>>;
}

function resolveManifest(base: string): string | null {
  try {
    return createRequire(base).resolve('tsx/package.json');
  } catch {
    return null;
  }
}

function nearest(name: string, file: string): string | null {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return null;
  }
}
