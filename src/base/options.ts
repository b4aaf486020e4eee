import type { Place } from '../errors/boot-error.js';
import { MAX_TIMER_MS } from './deadline.js';
import type { Problems } from './problems.js';
import { show } from './show.js';
import { suggest } from './suggest.js';

/** Rule of an option: a test of its value, and the words for what passes it. */
export interface OptionRule {
  readonly accepts: (value: unknown) => boolean;
  readonly expected: string;
}

/** Rules that several declarations share. */
export const rules = {
  any: { accepts: () => true, expected: 'anything' },
  boolean: { accepts: (value) => typeof value === 'boolean', expected: 'true or false' },
  callable: { accepts: (value) => typeof value === 'function', expected: 'a function' },
  object: { accepts: (value) => typeof value === 'object' && value !== null, expected: 'an object' },
  text: { accepts: (value) => typeof value === 'string', expected: 'a string' },
  list: { accepts: Array.isArray, expected: 'an array' },
  reply: oneOf('envelope', 'raw'),
  // A timer above 2^31-1 fires at once, which would turn "for ever" into "never".
  milliseconds: {
    accepts: (value) => isWholeNumber(value, 1, MAX_TIMER_MS),
    expected: `a whole number of milliseconds from 1 to ${MAX_TIMER_MS}`,
  },
  millisecondsFromZero: {
    accepts: (value) => isWholeNumber(value, 0, MAX_TIMER_MS),
    expected: `a whole number of milliseconds from 0 to ${MAX_TIMER_MS}`,
  },
  count: {
    accepts: (value) => isWholeNumber(value, 1, Number.MAX_SAFE_INTEGER),
    expected: 'a whole number of at least 1',
  },
  countFromZero: {
    accepts: (value) => isWholeNumber(value, 0, Number.MAX_SAFE_INTEGER),
    expected: 'a whole number, 0 or more',
  },
  schema: {
    accepts: isStandardSchema,
    expected: 'a Standard Schema, such as z.object({ … }) of zod 4, valibot or arktype',
  },
} satisfies Record<string, OptionRule>;

/** Makes the rule of an option that is one of these words. */
export function oneOf(...words: readonly string[]): OptionRule {
  return {
    accepts: (value) => words.includes(value as string),
    expected: words.map((word) => `'${word}'`).join(' or '),
  };
}

/**
 * Checks an object of options against the ones that exist.
 *
 * @param given - as the application wrote it
 * @param known - the options there are; `undefined` stands for an absent one
 * @param of - whose options these are, for messages
 * @param required - options that must not be absent
 * @returns the options whose values are usable
 */
export function checkOptions<TOptions extends object>(
  given: unknown,
  known: Readonly<Record<keyof TOptions & string, OptionRule>>,
  of: string,
  problems: Problems,
  where: Place,
  required: readonly (keyof TOptions & string)[] = [],
): Partial<TOptions> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const args = { option: 'options', given: show(given), expected: `an object of options for ${of}` };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
    return {};
  }
  const usable: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(given)) {
    const rule = Object.hasOwn(known, option) ? (known as Record<string, OptionRule>)[option] : undefined;
    if (rule === undefined) {
      const suggestion = suggest(option, Object.keys(known));
      problems.add('GW_ERR_BUILD_UNKNOWN_OPTION', { option, of, suggestion }, where);
    } else if (value !== undefined && !rule.accepts(value)) {
      const args = { option, given: show(value), expected: rule.expected };
      problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
    } else if (value !== undefined) {
      usable[option] = value;
    }
  }
  for (const option of required) {
    if ((given as Partial<TOptions>)[option] !== undefined) continue;
    const args = { option, given: 'missing', expected: known[option].expected };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
  }
  return usable as Partial<TOptions>;
}

function isWholeNumber(value: unknown, from: number, to: number): boolean {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
}

function isStandardSchema(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as { '~standard'?: { version?: unknown; validate?: unknown } })['~standard'];
  return typeof standard?.validate === 'function' && standard.version === 1;
}
