import { ERRORS, type ErrorArguments, type ErrorCode } from './registry.js';

/** Place in the application that a problem is about. */
export interface Place {
  /** `file:line:column`, relative to the working directory; null when unknown. */
  readonly location: string | null;
  /** Name of the declaration there, such as `ChatGateway.send`. */
  readonly label: string;
}

/** Problem that keeps an application from starting. */
export interface Problem {
  readonly code: ErrorCode;
  /** One fact, in lower case and without a full stop. */
  readonly message: string;
  /** Reason why it matters; null when the message says enough. */
  readonly why: string | null;
  /** Text to write instead. */
  readonly help: string;
  readonly places: readonly Place[];
}

/** Makes a problem with the texts that the registry has for a code. */
export function problem<TCode extends ErrorCode>(
  code: TCode,
  args: ErrorArguments<TCode>,
  places: readonly Place[] = [],
): Problem {
  const entry = ERRORS[code] as {
    message: (args: unknown) => string;
    why?: string;
    help: string | ((args: unknown) => string);
  };
  return Object.freeze({
    code,
    message: entry.message(args),
    why: entry.why ?? null,
    help: typeof entry.help === 'function' ? entry.help(args) : entry.help,
    places: Object.freeze([...places]),
  });
}

/** Error of an application that cannot start. Its message is a report of all problems. */
export class BootError extends Error {
  /** All problems, in the order in which they were found. */
  declare readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(renderReport(problems));
    // Not enumerable: Node would print them below the report, which already has them.
    Object.defineProperty(this, 'name', { value: 'BootError' });
    Object.defineProperty(this, 'problems', { value: Object.freeze([...problems]) });
    // The report names the lines that matter; the stack would only show gatewire's own.
    this.stack = this.message;
  }
}

/** Writes problems as text for a terminal. */
export function renderReport(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [...problems.map(renderProblem), `${count} found; nothing was started`].join('\n\n');
}

/** Writes one problem as text for a terminal. */
export function renderProblem(problem: Problem): string {
  const width = Math.max(0, ...problem.places.map((place) => location(place).length));
  return [
    `error[${problem.code}]: ${problem.message}`,
    ...problem.places.map((place) => `  --> ${location(place).padEnd(width)}    ${place.label}`.trimEnd()),
    ...(problem.why === null ? [] : [`  why:  ${problem.why}`]),
    `  help: ${problem.help}`,
  ].join('\n');
}

function location(place: Place): string {
  return place.location ?? '(unknown place)';
}
