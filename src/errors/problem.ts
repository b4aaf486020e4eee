import { ERRORS, type ErrorArguments, type ErrorCode } from './registry.js';

/** Where in the application a problem stands. */
export interface Place {
  /** `file:line:column`, relative to the working directory; null when unknown. */
  readonly location: string | null;
  /** What stands there, such as `ChatGateway.send`. */
  readonly label: string;
}

/** Something that keeps the application from starting. */
export interface Problem {
  readonly code: ErrorCode;
  /** One fact, lower case, no full stop. */
  readonly message: string;
  /** Why it matters. */
  readonly why: string | null;
  /** What to write instead. */
  readonly help: string;
  readonly places: readonly Place[];
}

/** Makes a problem of the registry's text for a code. */
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
