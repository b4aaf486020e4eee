import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A position in a source file. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

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
    const match = /\(?((?:file:\/\/)?[^\s(][^(]*):(\d+):(\d+)\)?$/m.exec(this.#holder.stack ?? '');
    if (match === null) return null;
    const [, path = '', line, column] = match;
    const file = path.replace(/^.*?\bat (?:async )?/, '');
    return {
      file: file.startsWith('file://') ? fileURLToPath(file) : file,
      line: Number(line),
      column: Number(column),
    };
  }

  /** `file:line:column` relative to the working directory, or null. */
  get location(): string | null {
    const { source } = this;
    return source === null ? null : `${relative(process.cwd(), source.file)}:${source.line}:${source.column}`;
  }
}
