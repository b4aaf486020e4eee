import { suggest } from '../base/suggest.js';
import { renderProblem } from '../errors/boot-error.js';
import { parseArguments, unknownOption, usageError } from './arguments.js';
import { COMMANDS } from './commands.js';
import { CliError } from './errors.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { commandHelp, programHelp } from './help.js';
import type { Output } from './output.js';
import { ownManifest } from './own-package.js';
import { isReport } from './report.js';

/**
 * Follows one command line.
 *
 * @param args - what was written after `gatewire`
 * @returns what the process has to end with; errors that users can mend are printed already
 */
export async function run(args: readonly string[], cwd: string, output: Output): Promise<ExitCode> {
  try {
    return await follow(args, cwd, output);
  } catch (error) {
    if (isReport(error)) {
      output.complain(error.message);
      return EXIT.problems;
    }
    if (!(error instanceof CliError)) throw error;
    output.complain(renderProblem(error.problem));
    return error.exitCode;
  }
}

async function follow(args: readonly string[], cwd: string, output: Output): Promise<ExitCode> {
  const [first = '--help', ...rest] = args;
  if (first.startsWith('-')) {
    output.print(await answerOption(first, output));
    return EXIT.ok;
  }
  const row = COMMANDS.find(({ name }) => name === first);
  if (row === undefined) {
    const suggestion = suggest(
      first,
      COMMANDS.map(({ name }) => name),
    );
    throw usageError(`unknown command \`${first}\``, suggestion, null);
  }
  const command = await row.load();
  const { values, words } = parseArguments(rest, command.options, row.name);
  if (values['help'] === true) {
    output.print(commandHelp(command, output.paint));
    return EXIT.ok;
  }
  return command.run({ values, words, cwd, output });
}

/** Options in the place of a command. */
async function answerOption(option: string, output: Output): Promise<string> {
  if (option === '--version' || option === '-v') return (await ownManifest()).version;
  if (option === '--help' || option === '-h') return programHelp(output.paint);
  throw unknownOption(option, ['help', 'version'], null);
}
