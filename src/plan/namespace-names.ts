import type { Problems } from '../base/problems.js';
import { MAX_NAME } from '../base/reserved-names.js';
import { show } from '../base/show.js';
import { PARAMETER_VALUE } from '../contract/namespace-name.js';
import type { Place } from '../errors/boot-error.js';
import { pathsOverlap } from './path-patterns.js';

/** Name of a namespace, with the pattern of the names of its instances. */
export interface NamespaceName {
  readonly name: string;
  readonly pattern: RegExp | null;
}

const FIXED_SEGMENT = /^[A-Za-z0-9_.~-]+$/;
const PARAMETER_SEGMENT = /^:[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads the first argument of `@Gateway`.
 *
 * @returns the name with its pattern, or null when it is unusable and a problem was added
 */
export function parseNamespace(given: unknown, problems: Problems, where: Place): NamespaceName | null {
  const refuse = (reason: string): null => {
    problems.add('GW_ERR_BUILD_BAD_NAMESPACE', { namespace: show(given), reason }, where);
    return null;
  };
  if (given instanceof RegExp) {
    if (given.global || given.sticky) return refuse('has the flag g or y, which remembers where it stopped');
    return { name: given.source.replaceAll('\\/', '/'), pattern: given };
  }
  if (typeof given !== 'string') return refuse('is neither a string nor a RegExp');
  if (!given.startsWith('/')) return refuse('does not start with a slash');
  if (given.length > MAX_NAME.namespace) return refuse(`has more than ${MAX_NAME.namespace} characters`);
  if (given === '/') return { name: given, pattern: null };
  const segments = given.slice(1).split('/');
  if (segments.includes('')) return refuse('has an empty segment');
  const odd = segments.find((segment) => !FIXED_SEGMENT.test(segment) && !PARAMETER_SEGMENT.test(segment));
  if (odd !== undefined) return refuse(`has the segment ${show(odd)}, which is neither plain text nor :name`);
  const names = segments.filter((segment) => segment.startsWith(':'));
  if (names.length === 0) return { name: given, pattern: null };
  if (new Set(names).size < names.length) return refuse('names a parameter twice');
  const source = segments.map((segment) =>
    segment.startsWith(':') ? `(?<${segment.slice(1)}>${PARAMETER_VALUE})` : segment.replaceAll('.', '\\.'),
  );
  return { name: given, pattern: new RegExp(`^/${source.join('/')}$`) };
}

/**
 * Tells whether one name could belong to both namespaces. Two RegExps are not compared: it cannot be decided.
 */
export function overlap(a: NamespaceName, b: NamespaceName): boolean {
  if (a.pattern === null) return b.pattern?.test(a.name) ?? a.name === b.name;
  if (b.pattern === null) return a.pattern.test(b.name);
  if (!isTemplate(a)) return isTemplate(b) && a.pattern.test(example(b));
  if (!isTemplate(b)) return b.pattern.test(example(a));
  return pathsOverlap(a.name, b.name);
}

/** Tells a path with parameters from a RegExp. */
export function isTemplate({ name }: { readonly name: string }): boolean {
  return /^(\/:?[A-Za-z0-9_.~-]+)+$/.test(name) && name.includes('/:');
}

function example({ name }: NamespaceName): string {
  return name.replace(/:[A-Za-z0-9_]+/g, 'x');
}
