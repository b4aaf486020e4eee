import path from 'node:path';

// Bundlers take what `import` gives apart, and replace what they cannot follow.
const { createRequire } = process.getBuiltinModule('node:module');

/**
 * Loads packages from where gatewire is installed; in a bundle, where no file of gatewire has a place of its own, from where
 * the program is.
 */
export const ownRequire = createRequire(placeOf(import.meta.url));

// Bundlers leave nothing in its place in CommonJS.
function placeOf(url: string | undefined): string {
  return url ?? path.resolve(process.argv[1] ?? 'program.js');
}

/**
 * Loads what a package depends on, in the copy that the package itself uses, and files beside its main file: not by the path
 * of its package.json, which socket.io 4.8.0 does not export.
 *
 * @throws {Error} when the package is in a bundle: there are no files to find
 */
export function requireOf(name: string, from: NodeJS.Require = ownRequire): NodeJS.Require {
  return createRequire(from.resolve(name));
}
