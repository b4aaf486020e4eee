#!/usr/bin/env node
import { suggest } from '../base/suggest.js';
import { renderProblem } from '../errors/boot-error.js';
import { parseArguments, unknownOption } from './command.js';
import { COMMANDS, commandHelp, programHelp } from './commands.js';
import { CliError, EXIT, type ExitCode, isReport, usageError } from './errors.js';
import { createOutput, type Output } from './output.js';
import { ownManifest } from './packages.js';

const output = createOutput(process.stdout, process.stderr, process.env);
const exitCode = run(process.argv.slice(2), process.cwd()).catch(reportDefect);
void exitCode.then(end);

/** Runs one command line, and prints the errors that the user can fix. */
async function run(args: readonly string[], cwd: string): Promise<ExitCode> {
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
    output.print(answerOption(first, output));
    return EXIT.ok;
  }
  const row = COMMANDS.find(({ name }) => name === first);
  if (row === undefined) {
    const names = COMMANDS.map(({ name }) => name);
    throw usageError(null, `unknown command \`${first}\``, suggest(first, names));
  }
  const command = await row.load();
  const { values, words } = parseArguments(rest, command.options, row.name);
  if (values['help'] === true) {
    output.print(commandHelp(command, output.paint));
    return EXIT.ok;
  }
  return command.run({ values, words, cwd, output });
}

/** Answers an option that stands in the place of a command. */
function answerOption(option: string, { paint }: Output): string {
  if (option === '--version' || option === '-v') return ownManifest().version;
  if (option === '--help' || option === '-h') return programHelp(paint);
  throw unknownOption(null, option, ['help', 'version']);
}

/** Prints the stack of a defect of this program, which a bug report needs. */
function reportDefect(error: unknown): ExitCode {
  output.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.problems;
}

/** Ends the process at once: the imported application may have timers and connections that keep it alive. */
async function end(code: ExitCode): Promise<never> {
  try {
    await output.flush();
  } catch (error) {
    process.stderr.write(`gatewire: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(EXIT.problems);
  }
  process.exit(code);
}
