import { cliError } from './errors.js';

/** What can be added. */
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

const MAX_LENGTH = 40;

/**
 * Takes a name apart, in whatever case it is written: `orderItems`, `OrderItemsGateway`, `order_items`, `order items`.
 *
 * @throws {CliError} GW_ERR_CLI_BAD_NAME when no class could be called so
 */
export function namesOf(kind: Kind, written: string): Names {
  const words = wordsOf(written);
  // `add gateway ChatGateway` means the gateway that is called chat.
  if (words.length > 1 && words.at(-1) === kind) words.pop();
  const reason = reasonAgainst(written, words);
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
  return written
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_-]+/)
    .filter((word) => word !== '');
}

function reasonAgainst(written: string, words: readonly string[]): string | null {
  if (words.length === 0) return 'is empty';
  if (!/^[A-Za-z\d _-]+$/.test(written)) return 'has other characters than letters, digits, `-` and `_`';
  if (!/^[a-z]/.test(words[0] ?? '')) return 'does not begin with a letter';
  return words.join('-').length > MAX_LENGTH ? `is longer than ${MAX_LENGTH} characters` : null;
}
