import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { shared } from './shared.js';

/**
 * Puts the packed gatewire into a project, with what it depends on. It is a copy: what is linked would look for its packages
 * where it really is. Packages are linked from here, so that no network is needed for them; those that the project has stay.
 *
 * @param names - further packages, such as the peers that the project uses
 */
export async function addPackedGatewire(project: string, names: readonly string[]): Promise<void> {
  const modules = path.join(project, 'node_modules');
  cpSync(await shared('package'), path.join(modules, 'gatewire'), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
  for (const name of [...names, ...Object.keys(dependencies)]) {
    if (existsSync(path.join(modules, name))) continue;
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.resolve('node_modules', name), path.join(modules, name), 'junction');
  }
}
