import { type Place, type Problem, problem } from '../errors/problem.js';
import type { ErrorArguments, ErrorCode } from '../errors/registry.js';
import { EXIT, type ExitCode } from './exit-codes.js';

type CliCode = Extract<ErrorCode, `GW_ERR_CLI_${string}`>;

/** Ends a command: one problem is printed, and the process gets the exit code. */
export class CliError extends Error {
  constructor(
    readonly problem: Problem,
    readonly exitCode: ExitCode,
    options?: ErrorOptions,
  ) {
    super(problem.message, options);
    this.name = 'CliError';
  }
}

/**
 * Makes the error of a code.
 *
 * @param places - lines of the application that it is about
 * @param options - `cause`, where there is one
 */
export function cliError<TCode extends CliCode>(
  code: TCode,
  args: ErrorArguments<TCode>,
  places: readonly Place[] = [],
  options?: ErrorOptions,
): CliError {
  const exitCode = PROBLEMS.has(code) ? EXIT.problems : EXIT.usage;
  return new CliError(problem(code, args, places), exitCode, options);
}

/** What is no matter of the command line. */
const PROBLEMS: ReadonlySet<CliCode> = new Set<CliCode>(['GW_ERR_CLI_BAD_APP', 'GW_ERR_CLI_INSTALL_FAILED']);
