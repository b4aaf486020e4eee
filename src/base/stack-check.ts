import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Problem, problem } from '../errors/boot-error.js';
import { ownRequire, requireOf } from './own-require.js';
import { type StackOwner, type StackPackage, type StackRow, stackRows } from './stack.js';

/** Objects that a check looks at: for each owner in a package, the one that has its members. */
export type Specimens<TPackage extends StackPackage> = {
  readonly [TOwner in StackOwner<TPackage>]?: object | null;
} & {
  /** Events that were heard, by owner; looked at for rows of the kind `event`. */
  readonly events?: { readonly [TOwner in StackOwner<TPackage>]?: ReadonlySet<string> };
};

/**
 * Checks the members of one package. Owners that are not among the specimens are not checked; what an owner of `null`
 * should have is all missing.
 *
 * @param find - makes or finds the specimens; what it throws is a problem of its own
 * @returns GW_ERR_BOOT_STACK for each member that is missing or of another type
 */
export function checkStackOf<TPackage extends StackPackage>(
  name: TPackage,
  find: () => Specimens<TPackage>,
): readonly Problem[] {
  let specimens: Specimens<TPackage>;
  try {
    specimens = find();
  } catch (error) {
    return [missing(name, `instance that can be checked (${String(error)})`, 'check it')];
  }
  const { events = {}, ...owners } = specimens as Specimens<StackPackage> & Record<string, object | null>;
  return stackRows(name)
    .filter(({ owner }) => owner in owners)
    .filter((row) => !holds(row, owners[row.owner] ?? {}, (events as Events)[row.owner]))
    .map((row) => missing(name, describe(row), row.is.use));
}

type Events = Readonly<Record<string, ReadonlySet<string> | undefined>>;

function holds({ member, is }: StackRow, owner: object, events: ReadonlySet<string> | undefined): boolean {
  if (is.kind === 'event') return events?.has(member) === true;
  if (!(member in owner)) return false;
  const value = (owner as Readonly<Record<string, unknown>>)[member];
  if (is.kind === 'method') return typeof value === 'function';
  if (is.kind === 'field') return is.type === 'Any' || is.type === typeName(value);
  return value === is.value;
}

const COLLECTIONS = ['Array', 'Map', 'Set'];

/** Name of a type that is the same for values of other realms, as tests have them, and for timers of Bun, which have one of their own. */
function typeName(value: unknown): string {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  return typeof value === 'object' && value !== null && !COLLECTIONS.includes(name) ? 'Object' : name;
}

function describe({ owner, member, is }: StackRow): string {
  const name = `${is.kind} \`${owner}.${member}\``;
  if (is.kind === 'field' && is.type !== 'Any') return `${name} of the type ${is.type}`;
  return 'value' in is ? `${name} with the value ${JSON.stringify(is.value)}` : name;
}

function missing(name: StackPackage, what: string, use: string): Problem {
  return problem('GW_ERR_BOOT_STACK', { package: name, version: versionOf(name), missing: what, use });
}

/** Package managers may show ws to Engine.IO alone. */
const engineRequire = (): NodeJS.Require => requireOf('engine.io', requireOf('socket.io'));

/** Version of an installed package, for messages; null when it cannot be found. */
export function versionOf(name: string): string | null {
  for (const start of [() => requireOf('socket.io'), () => ownRequire, engineRequire]) {
    try {
      for (
        let folder = dirname(start().resolve(name));
        folder !== dirname(folder);
        folder = dirname(folder)
      ) {
        const manifest = read(join(folder, 'package.json'));
        if (manifest?.name === name) return manifest.version;
      }
    } catch {
      // Not reachable from there.
    }
  }
  return null;
}

function read(file: string): { readonly name: string; readonly version: string } | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
