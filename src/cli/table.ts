import type { Paint, Style } from './output.js';

/** One piece of a row: text, and perhaps what it is. */
export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

/** Cells of one line. */
export type Row = readonly Cell[];

const GAP = '  ';

/**
 * Lines up the columns of rows.
 *
 * @param indent - spaces ahead of each line
 * @returns one line for each row, without spaces at its end
 */
export function alignRows(rows: readonly Row[], indent: number, paint: Paint): readonly string[] {
  const widths = columnWidths(rows);
  return rows.map((row) => ' '.repeat(indent) + alignRow(row, widths, paint));
}

/** Lines up several groups of rows as one table, for groups that stand apart. */
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
    const padding = column === last ? 0 : (widths[column] ?? 0) - widthOf(text);
    return (style === undefined ? text : paint(style, text)) + ' '.repeat(padding);
  });
  return cells.join(GAP);
}

function columnWidths(rows: readonly Row[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach(({ text }, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(text));
    });
  }
  return widths;
}

// Event names may be in any language. East Asian letters and emoji take two columns of a terminal, marks none.
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;
const NARROWEST = /[\p{Mn}\p{Me}\p{Cf}]/u;

function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += WIDE.test(letter) ? 2 : NARROWEST.test(letter) ? 0 : 1;
  return width;
}
