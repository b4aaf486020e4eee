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
