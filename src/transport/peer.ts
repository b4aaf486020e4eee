import { createRequire } from 'node:module';
import { BootError } from '../errors/boot-error.js';
import { problem } from '../errors/problem.js';

/**
 * Loads a package that only some applications need, and that they install themselves.
 *
 * @param user - what needs it, for the message
 * @throws {BootError} GW_ERR_BOOT_MISSING_PACKAGE when it is not installed
 */
export function requirePeer<TModule>(name: string, user: string): TModule {
  const require = createRequire(import.meta.url);
  try {
    require.resolve(name);
  } catch {
    throw new BootError([problem('GW_ERR_BOOT_MISSING_PACKAGE', { package: name, source: user })]);
  }
  return require(name) as TModule;
}
