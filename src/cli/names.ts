import { basename, resolve } from 'node:path';
import { cliError } from './errors.js';

const MAX_PACKAGE_LENGTH = 214;
const MAX_CLASS_LENGTH = 40;

/**
 * Takes the name of a project from its folder.
 *
 * @throws {CliError} GW_ERR_CLI_BAD_NAME when npm does not accept it, with a name that npm does
 * @source https://docs.npmjs.com/cli/configuring-npm/package-json#name
 */
export function projectName(folder: string, cwd: string): string {
  const name = basename(resolve(cwd, folder));
  const reason = objectionToPackage(name);
  if (reason === null) return name;
  const plain = splitCase(name.normalize('NFKD'), '-')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const suggestion = objectionToPackage(plain) === null ? plain : null;
  throw cliError('GW_ERR_CLI_BAD_NAME', { what: 'project', name, reason, suggestion });
}

/** Says why npm does not accept a name; null when it does. */
export function objectionToPackage(name: string): string | null {
  if (name === '') return 'is no name';
  if (name.length > MAX_PACKAGE_LENGTH) return `is longer than ${MAX_PACKAGE_LENGTH} characters`;
  if (!/^[a-z\d]/.test(name)) return 'does not begin with a lower-case letter or a digit';
  if (!/^[a-z\d._-]+$/.test(name)) return 'has other characters than a-z, 0-9, `-`, `_` and `.`';
  // npm would install the project itself in the place of the package that it needs.
  if (name === 'gatewire' || name === 'node_modules') return 'is taken';
  return null;
}

/** Kind of code that `gatewire add` writes. */
export type Kind = 'gateway' | 'contract' | 'middleware';

/** One name in the forms that code needs. */
export interface Names {
  /** `order-items`, for files and namespaces. */
  readonly kebab: string;
  /** `OrderItems`, for classes. */
  readonly pascal: string;
  /** `orderItems`, for values. */
  readonly camel: string;
}

/**
 * Splits a name that is written in any case: `orderItems`, `OrderItemsGateway`, `order_items`, `order items`.
 *
 * @throws {CliError} GW_ERR_CLI_BAD_NAME when it cannot be the name of a class
 */
export function namesOf(kind: Kind, written: string): Names {
  const words = wordsOf(written);
  // `add gateway ChatGateway` means the gateway with the name chat.
  if (words.length > 1 && words.at(-1) === kind) words.pop();
  const reason = objectionToClass(written, words);
  if (reason !== null) {
    throw cliError('GW_ERR_CLI_BAD_NAME', { what: kind, name: written, reason, suggestion: null });
  }
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return {
    kebab: words.join('-'),
    pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
  };
}

function wordsOf(written: string): string[] {
  return splitCase(written, ' ')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_-]+/)
    .filter((word) => word !== '');
}

function splitCase(name: string, separator: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, `$1${separator}$2`);
}

function objectionToClass(written: string, words: readonly string[]): string | null {
  if (words.length === 0) return 'is empty';
  if (!/^[A-Za-z\d _-]+$/.test(written)) return 'has other characters than letters, digits, `-` and `_`';
  if (!/^[a-z]/.test(words[0] ?? '')) return 'does not begin with a letter';
  return words.join('-').length > MAX_CLASS_LENGTH ? `is longer than ${MAX_CLASS_LENGTH} characters` : null;
}
