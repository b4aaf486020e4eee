import { join, sep } from 'node:path';
import { firstFrame } from '../base/call-site.js';
import { type Place, type Problem, problem } from '../errors/boot-error.js';
import type { ErrorArguments, ErrorCode } from '../errors/registry.js';
import { relativeTo } from '../inspect/locate.js';
import { OWN_FOLDER } from './packages.js';

/** Exit codes of the process. */
export const EXIT = {
  ok: 0,
  /** The application has problems. */
  problems: 1,
  /** The command line cannot be followed: a wrong word, a missing file, a missing program. */
  usage: 2,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

type CliCode = Extract<ErrorCode, `GW_ERR_CLI_${string}`>;

/** Error that ends a command: its problem is printed, and the process ends with its exit code. */
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
 * @param places - lines of the application that the error is about
 * @param options - `cause`, if there is one
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

/** Codes of failures that are not about the command line. */
const PROBLEMS: ReadonlySet<CliCode> = new Set<CliCode>([
  'GW_ERR_CLI_BAD_APP',
  'GW_ERR_CLI_INSTALL_FAILED',
  'GW_ERR_CLI_BAD_LOAD_FILE',
  'GW_ERR_CLI_NOT_CONNECTED',
]);

/**
 * Makes the error of a command line that cannot be followed.
 *
 * @param command - name of the command whose `--help` is named; null for that of the program
 * @param suggestion - word that was probably meant
 */
export function usageError(
  command: string | null,
  reason: string,
  suggestion: string | null = null,
): CliError {
  return cliError('GW_ERR_CLI_USAGE', { reason, suggestion, command });
}

/**
 * Makes the error of an application that cannot be imported.
 *
 * @param reason - predicate of the sentence that begins with the name of the file
 * @param cause - error that was caught; its stack gives the line of the application
 */
export function badApp(file: string, reason: string, cause?: unknown): CliError {
  const options = cause === undefined ? undefined : { cause };
  return cliError('GW_ERR_CLI_BAD_APP', { file, reason }, placesOf(cause), options);
}

/** Returns the first line of a message; also the second one, where a compiler only counts errors in the first. */
export function firstLineOf(error: unknown): string {
  const text = error instanceof Error && error.message !== '' ? error.message : String(error);
  const [first = '', second = ''] = text.split('\n').map((line) => line.trim());
  return first.endsWith(':') ? `${first} ${second}`.trim() : first;
}

/** Boot report of an application: a `BootError`. */
export interface Report extends Error {
  readonly problems: readonly Problem[];
}

/** Recognizes a boot report by its form, because the application has its own copy of the class. */
export function isReport(error: unknown): error is Report {
  return error instanceof Error && error.name === 'BootError' && 'problems' in error;
}

/** Finds the topmost line of a stack that belongs to the application. */
function placesOf(error: unknown): readonly Place[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  const own = lines.map(firstFrame).find((frame) => frame !== null && !isForeign(frame.file));
  if (own == null) return [];
  return [{ location: `${relativeTo(process.cwd(), own.file)}:${own.line}:${own.column}`, label: '' }];
}

const FOREIGN = /^node:|[\\/]node_modules[\\/]/;
// A linked gatewire is not in node_modules: its files as they run, and as source maps show them.
const OWN_FILES = ['dist', 'src'].map((name) => join(OWN_FOLDER, name) + sep);

function isForeign(file: string): boolean {
  return FOREIGN.test(file) || OWN_FILES.some((folder) => file.startsWith(folder));
}
