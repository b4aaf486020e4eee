import { parseArgs } from 'node:util';
import { suggest } from '../base/suggest.js';
import { type CliError, type ExitCode, usageError } from './errors.js';
import type { Output } from './output.js';

/** One option of a command. */
export interface OptionSpec {
  /** `boolean` is a switch, `string` takes a value. */
  readonly type: 'boolean' | 'string';
  /** Placeholder of the value in the help, such as `FILE`. */
  readonly value?: string;
  /** Line in the help. */
  readonly help: string;
}

/** Options of a command by their long names. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Values of the options of a command, as written on the command line. */
export type OptionValues<TOptions extends OptionSpecs> = {
  readonly [TName in keyof TOptions]?: { boolean: boolean; string: string }[TOptions[TName]['type']];
};

/** Input of a command. */
export interface CommandInput<TOptions extends OptionSpecs = OptionSpecs> {
  readonly values: OptionValues<TOptions>;
  /** Arguments that are not options, in order. */
  readonly words: readonly string[];
  readonly cwd: string;
  readonly output: Output;
}

/** One command of the program. */
export interface Command<TOptions extends OptionSpecs = OptionSpecs> {
  /** Ways to call it, one line each, without `gatewire`. */
  readonly usage: readonly string[];
  readonly options: TOptions;
  /** Lines below the options in the help. */
  readonly notes: readonly string[];
  /** @throws {CliError} when the command cannot do its work */
  run(input: CommandInput<TOptions>): Promise<ExitCode>;
}

/** Arguments of a command, parsed. */
export interface ParsedArguments {
  readonly values: Readonly<Record<string, string | boolean>>;
  readonly words: readonly string[];
}

/** Option that every command has. */
export const HELP: OptionSpecs = { help: { type: 'boolean', help: 'show this help' } };

/** Ties the types of the values to the options of a command. */
export function defineCommand<const TOptions extends OptionSpecs>(command: Command<TOptions>): Command {
  // A command only ever gets the values that were parsed by its own options.
  return command as unknown as Command;
}

/**
 * Parses the arguments of a command.
 *
 * @param command - name of the command, for messages
 * @throws {CliError} GW_ERR_CLI_USAGE for an unknown option, a missing value, and a value for a switch
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
  // Not strict: the errors of Node make no suggestions.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const values: Record<string, string | boolean> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) throw unknownOption(command, rawName, Object.keys(specs));
    if (spec.type === 'boolean') {
      if (value !== undefined) throw usageError(command, `option \`${rawName}\` takes no value`);
      values[name] = true;
      continue;
    }
    // In `--app --json` the file is missing; a file that begins with a dash can still be written as --app=-x.
    if (!value || (!inlineValue && value.startsWith('-'))) {
      throw usageError(command, `option \`${rawName}\` needs a value`);
    }
    values[name] = value;
  }
  return { values, words };
}

/** Makes the error of an unknown option, with the option that was probably meant. */
export function unknownOption(command: string | null, written: string, names: readonly string[]): CliError {
  const options = names.map((name) => `--${name}`);
  return usageError(command, `unknown option \`${written}\``, suggest(written, options));
}

/**
 * Refuses words beyond those that a command takes.
 *
 * @param most - number of words that the command takes
 * @param suggestion - option that was probably meant
 * @throws {CliError} GW_ERR_CLI_USAGE
 */
export function refuseExtraWords(
  command: string,
  words: readonly string[],
  most: number,
  suggestion: string | null = null,
): void {
  const extra = words[most];
  if (extra !== undefined) throw usageError(command, `\`${extra}\` is one word too many`, suggestion);
}
