import type { OwnManifest } from '../own-package.js';
import { findInstalled } from '../packages.js';
import { type Finding, failure, ok, warning } from './finding.js';
import { isAtLeast, satisfies } from './semver.js';

/**
 * What is below socket.io has to be as new as the published advisories ask for.
 * @source GUARANTEES, part 2: floors
 */
const FLOORS: readonly {
  readonly name: string;
  readonly through: readonly string[];
  readonly floor: string;
}[] = [
  { name: 'engine.io', through: ['socket.io'], floor: '6.6.9' },
  { name: 'socket.io-parser', through: ['socket.io'], floor: '4.2.7' },
  { name: 'ws', through: ['socket.io', 'engine.io'], floor: '8.21.0' },
];

/** Looks at the versions of Node, of gatewire and its peers, and of what lies below them. */
export function checkVersions(cwd: string, own: OwnManifest): readonly Finding[] {
  return [node(own), gatewire(cwd, own), ...peers(cwd, own), ...floors(cwd)];
}

function node({ engines }: OwnManifest): Finding {
  const { node: version } = process.versions;
  return satisfies(version, engines.node)
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
    if (satisfies(version, range)) return ok('peers', `${name} ${version}`);
    return failure('peers', `${name} is ${version}, gatewire needs ${range}`, `npm install ${name}@${range}`);
  });
}

function floors(cwd: string): readonly Finding[] {
  return FLOORS.flatMap(({ name, through, floor }) => {
    let from = cwd;
    for (const step of through) from = findInstalled(step, from)?.folder ?? from;
    const installed = findInstalled(name, from);
    if (installed === null) return []; // socket.io is missing, which is said elsewhere
    const { version } = installed;
    if (isAtLeast(version, floor)) return ok('advisories', `${name} ${version}`);
    const fact = `${name} is ${version}, and has known vulnerabilities below ${floor}`;
    return failure('advisories', fact, `npm update ${name}`);
  });
}
