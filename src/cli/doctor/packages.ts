import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import satisfies from 'semver/functions/satisfies.js';
import { relativeTo } from '../../inspect/locate.js';
import { findInstalled, type Installed, type OwnManifest, readInstalled, upwards } from '../packages.js';
import { type Finding, failure, ok, warning } from './finding.js';

/** Oldest versions below socket.io for which no vulnerability is published. */
const FLOORS: readonly {
  readonly name: string;
  readonly through: readonly string[];
  readonly floor: string;
}[] = [
  { name: 'engine.io', through: ['socket.io'], floor: '6.6.9' },
  { name: 'socket.io-parser', through: ['socket.io'], floor: '4.2.7' },
  { name: 'ws', through: ['socket.io', 'engine.io'], floor: '8.21.0' },
];

/** Checks the versions of Node, of gatewire, of its peers, and of the packages below socket.io. */
export function checkVersions(cwd: string, own: OwnManifest): readonly Finding[] {
  return [node(own), gatewire(cwd, own), ...peers(cwd, own), ...floors(cwd)];
}

function node({ engines }: OwnManifest): Finding {
  const { node: version } = process.versions;
  return isIn(version, engines.node)
    ? ok('node', `Node ${version}`)
    : failure('node', `Node is ${version}, gatewire needs ${engines.node}`, 'install a newer Node');
}

function gatewire(cwd: string, { version }: OwnManifest): Finding {
  const installed = findInstalled('gatewire', cwd);
  if (installed === null) {
    return failure('gatewire', 'gatewire is not installed in this project', 'npm install gatewire');
  }
  if (installed.version === version) return ok('gatewire', `gatewire ${version}`);
  const fact = `the project has gatewire ${installed.version}, and this command is ${version}`;
  return warning('gatewire', fact, 'run the one of the project: npx gatewire doctor');
}

function peers(
  cwd: string,
  { peerDependencies, peerDependenciesMeta = {} }: OwnManifest,
): readonly Finding[] {
  return Object.entries(peerDependencies).flatMap(([name, range]) => {
    const installed = findInstalled(name, cwd);
    if (installed === null) {
      if (peerDependenciesMeta[name]?.optional === true) return [];
      return failure('peers', `${name} is not installed`, `npm install ${name}@${range}`);
    }
    const { version } = installed;
    if (isIn(version, range)) return ok('peers', `${name} ${version}`);
    return failure('peers', `${name} is ${version}, gatewire needs ${range}`, `npm install ${name}@${range}`);
  });
}

function floors(cwd: string): readonly Finding[] {
  return FLOORS.flatMap(({ name, through, floor }) => {
    let from = cwd;
    for (const step of through) from = findInstalled(step, from)?.folder ?? from;
    const installed = findInstalled(name, from);
    if (installed === null) return []; // without socket.io, which is a finding of its own
    const { version } = installed;
    if (isIn(version, `>=${floor}`)) return ok('advisories', `${name} ${version}`);
    const fact = `${name} is ${version}, and has known vulnerabilities below ${floor}`;
    return failure('advisories', fact, `npm update ${name}`);
  });
}

/** Compares as npm does with the version of Node: pre-releases count, each below its release. */
function isIn(version: string, range: string): boolean {
  return satisfies(version, range, { includePrerelease: true });
}

/** Packages that work as a single copy only: a decorator or a token of one copy means nothing to the other. */
const ONCE = ['gatewire', 'inversify', 'reflect-metadata', 'socket.io'];

/** Checks that no package that has to be a single copy is installed more than once. */
export function checkCopies(cwd: string): readonly Finding[] {
  const copies = new Map<string, Map<string, Installed>>(ONCE.map((name) => [name, new Map()]));
  const visited = new Set<string>();
  for (const folder of upwards(cwd)) visit(join(folder, 'node_modules'), copies, visited);
  const findings = ONCE.flatMap((name) => compare(name, [...(copies.get(name)?.values() ?? [])], cwd));
  const found = ONCE.filter((name) => copies.get(name)?.size);
  if (findings.length > 0 || found.length === 0) return findings;
  return [ok('copies', `one copy each of ${found.join(', ')}`)];
}

function compare(name: string, copies: readonly Installed[], cwd: string): readonly Finding[] {
  if (copies.length < 2) return [];
  const places = copies.map(({ folder, version }) => `${relativeTo(cwd, folder)} (${version})`).sort();
  const fact = `${name} is installed ${copies.length} times: ${places.join(', ')}`;
  const gatewire = findInstalled('gatewire', cwd);
  const theirs = gatewire === null ? null : findInstalled(name, gatewire.folder);
  const isShared = theirs === null || theirs.folder === findInstalled(name, cwd)?.folder;
  // A copy of some tool does no harm; a copy that gatewire sees and the application does not is an error.
  return isShared && name !== 'gatewire'
    ? [warning('copies', fact, `see who brings them: npm ls ${name}`)]
    : [failure('copies', fact, `npm dedupe, or make the versions agree: npm ls ${name}`)];
}

/** Collects the copies in a node_modules, and in those of its packages. pnpm keeps packages in `.pnpm`. */
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
