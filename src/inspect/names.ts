import { isTemplate } from '../plan/namespace-names.js';
import type { NamespacePlan } from '../plan/types.js';

/**
 * Makes one identifier of several names: `chat`, `message:send` becomes `chatMessageSend`. Letters outside of ASCII
 * become their code points, so that different names stay different in any language.
 */
export function identifierOf(...names: readonly string[]): string {
  const words = names.flatMap((name) => name.split(/[^\p{L}\p{M}\p{N}]+/u)).filter((word) => word !== '');
  const joined = words.map((word) => upperFirst(toAscii(word))).join('');
  const identifier = joined.charAt(0).toLowerCase() + joined.slice(1);
  return /^\d/.test(identifier) ? `n${identifier}` : identifier;
}

/** Capitalises an identifier, for the name of a type. */
export function upperFirst(identifier: string): string {
  return identifier.charAt(0).toUpperCase() + identifier.slice(1);
}

/** Makes an identifier of a namespace: `/chat` is `chat`, `/team/:team` is `team`, `/` is `root`. */
export function namespaceIdentifier({ name, pattern }: NamespacePlan): string {
  if (pattern === null || isTemplate({ name })) {
    return identifierOf(name.replace(/\/([^/:]+)\/:\1(?=\/|$)/g, '/$1')) || 'root';
  }
  // The letters of `\d` and `\w` do not belong to a name.
  return identifierOf(name.replace(/\\[A-Za-z]/g, ' ')) || 'pattern';
}

/** Writes a namespace as it was declared: a RegExp between slashes, else its name. */
export function namespaceAsWritten({ name, pattern }: NamespacePlan): string {
  return pattern === null || isTemplate({ name }) ? name : String(pattern);
}

/** Set of unique names: a name that is taken gets a number. */
export class Names {
  readonly #taken: Set<string>;

  /** @param reserved - names that are never given */
  constructor(reserved: Iterable<string> = []) {
    this.#taken = new Set(reserved);
  }

  /** @returns the name, or the first free one of `name2`, `name3` */
  take(name: string): string {
    let free = name;
    for (let i = 2; this.#taken.has(free); i++) free = name + i;
    this.#taken.add(free);
    return free;
  }
}

function toAscii(word: string): string {
  return word.replace(/[^A-Za-z0-9]/gu, (letter) => `u${letter.codePointAt(0)?.toString(16)}`);
}
