import { BootError, type Place, type Problem, problem } from '../errors/boot-error.js';
import { ownRequire } from './own-require.js';

/**
 * Loads a package that only some applications need and install themselves.
 *
 * @param user - what needs it, for the message
 * @throws {BootError} GW_ERR_BOOT_MISSING_PACKAGE when it is not installed
 */
export function requirePeer<TModule>(name: string, user: string): TModule {
  if (!isInstalled(name)) {
    throw new BootError([problem('GW_ERR_BOOT_MISSING_PACKAGE', { package: name, source: user })]);
  }
  return ownRequire(name) as TModule;
}

/** Finds those of some packages that are not installed, without loading them. */
export function missingPeers(names: readonly string[], user: string, where: Place): readonly Problem[] {
  return names
    .filter((name) => !isInstalled(name))
    .map((name) => problem('GW_ERR_BOOT_MISSING_PACKAGE', { package: name, source: user }, [where]));
}

function isInstalled(name: string): boolean {
  try {
    ownRequire.resolve(name);
    return true;
  } catch {
    return false;
  }
}
