import { styleText } from 'node:util';
import stringWidth from 'fast-string-width';

/** Kind of a piece of text, by which it is coloured. */
export type Style = keyof typeof STYLES;

const STYLES = {
  title: ['bold'],
  good: ['green'],
  warning: ['yellow'],
  faint: ['dim'],
} as const;

/** Function that colours text, or returns it unchanged where colours are off. */
export type Paint = (style: Style, text: string) => string;

/** Standard output and standard error of a command. */
export interface Output {
  readonly paint: Paint;
  /** Writes lines to standard output. */
  print(text: string): void;
  /** Writes lines to standard error. */
  complain(text: string): void;
  /** Shows a line on standard error, in place of the one before; '' removes it. Outside of a terminal it shows nothing. */
  status(text: string): void;
  /** Waits until everything has left the process; a reader that has closed the pipe is no error. */
  flush(): Promise<void>;
}

/** Part of process.stdout and process.stderr that is used. */
interface Stream {
  write(text: string, done: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Returns true in an interactive terminal: input and output are one, and `CI` is not set. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && !process.env['CI'];
}

/**
 * Makes the output of a command. It is coloured in a terminal, unless NO_COLOR is set.
 *
 * @source https://no-color.org
 */
export function createOutput(stdout: Stream, stderr: Stream, env: NodeJS.ProcessEnv): Output {
  const isColourful = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const pending: Promise<void>[] = [];
  const writer = (stream: Stream) => {
    // Bound now: process.stdout.write is replaced while the application is imported.
    const write = stream.write.bind(stream);
    // The callback of the write gets the same error; without a listener it would end the process here.
    stream.on('error', () => {});
    return (text: string): void => {
      const written = new Promise<void>((resolve, reject) => {
        write(`${text}\n`, (error) => (isRealError(error) ? reject(error) : resolve()));
      });
      written.catch(() => {});
      pending.push(written);
    };
  };
  return {
    paint: isColourful ? paintAnsi : (_style, text) => text,
    print: writer(stdout),
    complain: writer(stderr),
    // Cut to the width of the terminal: only one line can be replaced.
    status: (text) => {
      if (stderr.isTTY === true)
        stderr.write(`\r${text.slice(0, (stderr.columns ?? 80) - 1)}\u001b[K`, () => {});
    },
    flush: async () => {
      await Promise.all(pending);
    },
  };
}

function paintAnsi(style: Style, text: string): string {
  // No check of the stream: createOutput decides, and Node's own check differs from version to version.
  return styleText([...STYLES[style]], text, { validateStream: false });
}

/** Returns false for EPIPE: `gatewire events | head -1` closes the pipe on purpose. */
function isRealError(error: Error | null | undefined): boolean {
  return error != null && (error as NodeJS.ErrnoException).code !== 'EPIPE';
}

/** Cell of a table. */
export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

/** Cells of one line. */
export type Row = readonly Cell[];

const GAP = '  ';

/**
 * Aligns the columns of rows.
 *
 * @param indent - number of spaces ahead of each line
 * @returns one line for each row, without spaces at its end
 */
export function alignRows(rows: readonly Row[], indent: number, paint: Paint): readonly string[] {
  const widths = columnWidths(rows);
  return rows.map((row) => ' '.repeat(indent) + alignRow(row, widths, paint));
}

/** Aligns several groups of rows as one table, and returns the lines of each group. */
export function alignGroups(
  groups: readonly (readonly Row[])[],
  indent: number,
  paint: Paint,
): readonly (readonly string[])[] {
  const lines = alignRows(groups.flat(), indent, paint).values();
  return groups.map((rows) => rows.map(() => lines.next().value ?? ''));
}

function alignRow(row: Row, widths: readonly number[], paint: Paint): string {
  const last = row.findLastIndex(({ text }) => text !== '');
  const cells = row.slice(0, last + 1).map(({ text, style }, column) => {
    const padding = column === last ? 0 : (widths[column] ?? 0) - stringWidth(text);
    return (style === undefined ? text : paint(style, text)) + ' '.repeat(padding);
  });
  return cells.join(GAP);
}

function columnWidths(rows: readonly Row[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach(({ text }, column) => {
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(text));
    });
  }
  return widths;
}

/** Writes a number with its noun: `1 gateway`, `2 gateways`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Writes the one document that `--json` prints. */
export function jsonDocument(document: object): string {
  return JSON.stringify(document, null, 2);
}
