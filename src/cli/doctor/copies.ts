import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { relativeTo } from '../../inspect/locate.js';
import { findInstalled, type Installed, readInstalled } from '../packages.js';
import { type Finding, failure, ok, warning } from './finding.js';

/** Two copies of one of these know nothing of each other: a decorator or a token of one means nothing to the other. */
const ONCE = ['gatewire', 'inversify', 'reflect-metadata', 'socket.io'];

/** Looks for packages that are installed more than once. */
export function checkCopies(cwd: string): readonly Finding[] {
  const copies = new Map<string, Map<string, Installed>>(ONCE.map((name) => [name, new Map()]));
  const visited = new Set<string>();
  for (let folder = cwd; ; folder = dirname(folder)) {
    visit(join(folder, 'node_modules'), copies, visited);
    if (folder === dirname(folder)) break;
  }
  const findings = ONCE.flatMap((name) => compare(name, [...(copies.get(name)?.values() ?? [])], cwd));
  return findings.length > 0 ? findings : [ok('copies', `one copy each of ${ONCE.join(', ')}`)];
}

function compare(name: string, copies: readonly Installed[], cwd: string): readonly Finding[] {
  if (copies.length < 2) return [];
  const places = copies.map(({ folder, version }) => `${relativeTo(cwd, folder)} (${version})`).sort();
  const fact = `${name} is installed ${copies.length} times: ${places.join(', ')}`;
  const gatewire = findInstalled('gatewire', cwd);
  const theirs = gatewire === null ? null : findInstalled(name, gatewire.folder);
  const isShared = theirs === null || theirs.folder === findInstalled(name, cwd)?.folder;
  // What some tool brings along for itself does no harm; what gatewire sees and the application does not, does.
  return isShared && name !== 'gatewire'
    ? [warning('copies', fact, `see who brings them: npm ls ${name}`)]
    : [failure('copies', fact, `npm dedupe, or make the versions agree: npm ls ${name}`)];
}

/** Goes through a node_modules, and through those of the packages in it. pnpm keeps its own in `.pnpm`. */
function visit(
  modules: string,
  copies: ReadonlyMap<string, Map<string, Installed>>,
  visited: Set<string>,
): void {
  for (const name of packagesIn(modules)) {
    const folder = realFolder(join(modules, name));
    if (folder === null || visited.has(folder)) continue;
    visited.add(folder);
    const found = copies.get(name);
    const installed = found === undefined ? null : readInstalled(folder);
    if (installed !== null) found?.set(folder, installed);
    visit(join(folder, 'node_modules'), copies, visited);
  }
}

function packagesIn(modules: string): readonly string[] {
  return names(modules).flatMap((name) => {
    if (name.startsWith('@')) return names(join(modules, name)).map((inner) => `${name}/${inner}`);
    if (name === '.pnpm') return names(join(modules, name)).map((inner) => `${name}/${inner}`);
    return name.startsWith('.') ? [] : name;
  });
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function realFolder(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null; // a link that leads nowhere
  }
}
