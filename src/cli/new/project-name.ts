import { basename, resolve } from 'node:path';

/** Why a folder cannot be the name of a package, and what could. */
export interface NameProblem {
  readonly reason: string;
  readonly suggestion: string | null;
}

const MAX_LENGTH = 214;

/** The name of a project: that of its folder. */
export function projectName(folder: string, cwd = process.cwd()): string {
  return basename(resolve(cwd, folder));
}

/**
 * Looks at the name that a folder gives its project.
 *
 * @returns null when npm takes it
 * @source https://docs.npmjs.com/cli/configuring-npm/package-json#name
 */
export function problemOfName(folder: string, cwd?: string): NameProblem | null {
  const name = projectName(folder, cwd);
  const reason = reasonAgainst(name);
  if (reason === null) return null;
  const plain = name
    .normalize('NFKD')
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return { reason, suggestion: reasonAgainst(plain) === null ? plain : null };
}

function reasonAgainst(name: string): string | null {
  if (name === '') return 'is no name';
  if (name.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (!/^[a-z\d]/.test(name)) return 'does not begin with a lower-case letter or a digit';
  if (!/^[a-z\d._-]+$/.test(name)) return 'has other characters than a-z, 0-9, `-`, `_` and `.`';
  // npm would install the project's own name over the package that it needs.
  if (name === 'gatewire' || name === 'node_modules') return 'is taken';
  return null;
}
