import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { relativeTo } from '../inspect/locate.js';
import { cliError } from './errors.js';
import { readManifest, upwards } from './packages.js';

/** Tells by its name whether a file is TypeScript. */
export function isTypeScript(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}

/** Finds the nearest tsconfig.json, from the folder of a file upwards; null when there is none. */
export function nearestTsconfig(file: string): string | null {
  for (const folder of upwards(dirname(file))) {
    const path = join(folder, 'tsconfig.json');
    if (existsSync(path)) return path;
  }
  return null;
}

/**
 * Makes tsx, in this process and its children, use the tsconfig.json nearest to a file. By itself, tsx would look
 * in the working directory, which in a monorepo is not the folder of the application.
 */
export function useNearestTsconfig(file: string): void {
  const tsconfig = nearestTsconfig(file);
  if (tsconfig !== null) process.env['TSX_TSCONFIG_PATH'] ??= tsconfig;
}

/**
 * Finds the program of tsx.
 *
 * @param file - absolute path of the file that it is to run
 * @returns an absolute path
 * @throws {CliError} GW_ERR_CLI_NO_LOADER when tsx is not installed
 */
export function tsxProgram(file: string, cwd: string): string {
  return fromTsx(file, cwd, ({ bin }, root) => join(root, bin));
}

/**
 * Finds the module that makes a process read TypeScript when it is given to `node --import`.
 *
 * @param file - absolute path of the file that the process is to run
 * @returns a URL
 * @throws {CliError} GW_ERR_CLI_NO_LOADER when tsx is not installed
 */
export function tsxLoader(file: string, cwd: string): string {
  return fromTsx(file, cwd, ({ exports }, root) => pathToFileURL(join(root, exports['.'])).href);
}

/** Subpath of tsx that hooks `require()`, for applications compiled to CommonJS, and the one that hooks `import`. */
const APIS = ['./cjs/api', './esm/api'] as const;

/**
 * Makes this process read TypeScript. Newer versions of Node strip types, but have no decorators; hence tsx.
 *
 * @param file - absolute path of the file that is to be imported
 * @throws {CliError} GW_ERR_CLI_NO_LOADER when tsx is not installed
 */
export async function registerTsx(file: string, cwd: string): Promise<void> {
  // Read by hand: require.resolve would give the CommonJS twin of each module, whose register() finds its own files
  // only when it is not loaded by import().
  const modules = fromTsx(file, cwd, ({ exports }, root) => {
    const paths = APIS.flatMap((api) => exports[api]?.import?.default ?? []);
    return paths.length < APIS.length ? null : paths.map((path) => pathToFileURL(join(root, path)).href);
  });
  useNearestTsconfig(file);
  for (const module of modules) ((await import(module)) as { register(): unknown }).register();
}

interface TsxManifest {
  readonly bin: string;
  readonly exports: { readonly '.': string } & {
    readonly [TApi in (typeof APIS)[number]]?: { readonly import?: { readonly default?: string } };
  };
}

/**
 * Looks something up in the package.json of tsx: that of the application, else that of the working directory, else
 * the one installed beside gatewire.
 *
 * @param pick - gets package.json and its folder; null passes over an installation
 */
function fromTsx<TFound>(
  file: string,
  cwd: string,
  pick: (manifest: TsxManifest, root: string) => TFound | null,
): TFound {
  for (const base of [file, join(cwd, 'package.json'), import.meta.url]) {
    const root = folderOfTsx(base);
    const found = root === null ? null : pick(readManifest(root) as unknown as TsxManifest, root);
    if (found !== null) return found;
  }
  throw cliError('GW_ERR_CLI_NO_LOADER', { file: relativeTo(cwd, file) });
}

function folderOfTsx(base: string): string | null {
  try {
    return dirname(createRequire(base).resolve('tsx/package.json'));
  } catch {
    return null;
  }
}
