import { parseArgs } from 'node:util';
import { suggest } from '../base/suggest.js';
import type { OptionSpecs } from './command.js';
import { type CliError, cliError } from './errors.js';

/** A command line, taken apart. */
export interface ParsedArguments {
  readonly values: Readonly<Record<string, string | boolean>>;
  readonly words: readonly string[];
}

/** The option that every command has. */
export const HELP: OptionSpecs = { help: { type: 'boolean', help: 'show this help' } };

/**
 * Takes the arguments of a command apart.
 *
 * @param command - its name, for messages
 * @throws {CliError} GW_ERR_CLI_USAGE for an unknown option, a missing value and one too many
 */
export function parseArguments(
  args: readonly string[],
  given: OptionSpecs,
  command: string,
): ParsedArguments {
  const specs: OptionSpecs = { ...given, ...HELP };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type }]) => [
      name,
      name === 'help' ? { type, short: 'h' } : { type },
    ]),
  );
  // Not strict: Node's own errors know of no suggestions.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const values: Record<string, string | boolean> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) throw unknownOption(rawName, Object.keys(specs), command);
    if (spec.type === 'boolean') {
      if (value !== undefined) throw usageError(`option \`${rawName}\` takes no value`, null, command);
      values[name] = true;
      continue;
    }
    // `--app --json` forgot the file; a file that begins with a dash can still be given as --app=-x.
    if (!value || (!inlineValue && value.startsWith('-'))) {
      throw usageError(`option \`${rawName}\` needs a value`, null, command);
    }
    values[name] = value;
  }
  return { values, words };
}

/** Says that there is no such option, and which one was probably meant. */
export function unknownOption(written: string, names: readonly string[], command: string | null): CliError {
  const suggestion = suggest(
    written,
    names.map((name) => `--${name}`),
  );
  return usageError(`unknown option \`${written}\``, suggestion, command);
}

/** Says that a command line cannot be followed. */
export function usageError(reason: string, suggestion: string | null, command: string | null): CliError {
  return cliError('GW_ERR_CLI_USAGE', { reason, suggestion, command });
}
