import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A position in a source file. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

// `at file:///a.js:1:2` (top level of a module), `at A.b (file:///a.js:1:2)`, and both with plain paths. Folders
// such as `app (copy)` bring parentheses of their own.
const FRAME = /^\s+at (?:async )?(?:.*?(?=file:\/\/)|[^(]*\((?=.*\)$))?(.+):(\d+):(\d+)\)?$/m;

/** The line that called a decorator or `createApp`. Capturing is cheap; the stack is read when somebody asks. */
export class CallSite {
  readonly #holder: { stack?: string } = {};

  /** @param callee - the function whose caller is wanted */
  constructor(callee: (...args: never[]) => unknown) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 1;
    Error.captureStackTrace(this.#holder, callee);
    Error.stackTraceLimit = limit;
  }

  /** The position, with source maps applied where the process has them on; null when the stack does not tell. */
  get source(): SourceLocation | null {
    return firstFrame(this.#holder.stack ?? '');
  }

  /** `file:line:column` relative to the working directory, or null. */
  get location(): string | null {
    const { source } = this;
    return source === null ? null : `${relative(process.cwd(), source.file)}:${source.line}:${source.column}`;
  }
}

/** The first position in a stack, or in one line of it; null when there is none. */
export function firstFrame(stack: string): SourceLocation | null {
  const match = FRAME.exec(stack);
  if (match === null) return null;
  const [, file = '', line, column] = match;
  return {
    file: file.startsWith('file://') ? fileURLToPath(file) : file,
    line: Number(line),
    column: Number(column),
  };
}
