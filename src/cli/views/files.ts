import type { WrittenFile } from '../files.js';
import type { Paint } from '../output.js';
import { alignRows, type Row } from '../table.js';

/** What a command wrote, and what is left to do. */
export interface FilesResult {
  readonly dryRun: boolean;
  readonly files: readonly WrittenFile[];
  readonly next: readonly string[];
}

/**
 * Writes what a command wrote, one line for each file, and below it what is left to do.
 *
 * @param nextTitle - stands above what is left to do
 */
export function renderFiles({ dryRun, files, next }: FilesResult, nextTitle: string, paint: Paint): string {
  const rows = files.map(
    ({ path, action }): Row => [
      { text: dryRun ? `would ${action}` : DONE[action], style: action === 'create' ? 'good' : 'warning' },
      { text: path },
    ],
  );
  return [
    ...alignRows(rows, 2, paint),
    '',
    `  ${nextTitle}`,
    ...next.map((line) => `    ${paint('title', line)}`),
  ].join('\n');
}

const DONE: Readonly<Record<WrittenFile['action'], string>> = {
  create: 'created',
  overwrite: 'overwritten',
};
