import type { ExitCode } from './exit-codes.js';
import type { Output } from './output.js';

/** One option of a command. */
export interface OptionSpec {
  /** `boolean` is a switch, `string` takes a value. */
  readonly type: 'boolean' | 'string';
  /** What stands for the value in the help, such as `FILE`. */
  readonly value?: string;
  /** What it does, for the help. */
  readonly help: string;
}

/** The options of a command by their long names. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was written on the command line for each option. */
export type OptionValues<TOptions extends OptionSpecs> = {
  readonly [TName in keyof TOptions]?: { boolean: boolean; string: string }[TOptions[TName]['type']];
};

/** What a command works with. */
export interface CommandInput<TOptions extends OptionSpecs = OptionSpecs> {
  readonly values: OptionValues<TOptions>;
  /** The words that are no options, in order. */
  readonly words: readonly string[];
  readonly cwd: string;
  readonly output: Output;
}

/** One command of the command line program. */
export interface Command<TOptions extends OptionSpecs = OptionSpecs> {
  /** How it is called, one line for each way, without `gatewire`. */
  readonly usage: readonly string[];
  readonly options: TOptions;
  /** More lines for the help. */
  readonly notes: readonly string[];
  /** @throws {CliError} when it cannot do what it is asked */
  run(input: CommandInput<TOptions>): Promise<ExitCode>;
}

/** Ties the type of the values to the options of a command. */
export function defineCommand<const TOptions extends OptionSpecs>(command: Command<TOptions>): Command {
  // A command only ever gets the values that were parsed by its own options.
  return command as unknown as Command;
}
