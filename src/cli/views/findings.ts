import type { Finding } from '../doctor/finding.js';
import type { Paint, Style } from '../output.js';
import { alignRows, type Row } from '../table.js';
import { counted } from './words.js';

/** How many findings there are of each level. */
export interface FindingTotals {
  readonly errors: number;
  readonly warnings: number;
}

/** Writes findings, each with its fix below it, and the totals. */
export function renderFindings(findings: readonly Finding[], totals: FindingTotals, paint: Paint): string {
  const rows = findings.flatMap(({ check, level, fact, fix }): readonly Row[] => [
    [{ text: level, style: STYLES[level] }, { text: check }, { text: fact }],
    ...(fix === null ? [] : [[{ text: '' }, { text: '' }, { text: `fix: ${fix}`, style: 'faint' as const }]]),
  ]);
  const summary = `${counted(totals.errors, 'error')}, ${counted(totals.warnings, 'warning')}`;
  return [...alignRows(rows, 2, paint), '', `  ${summary}`].join('\n');
}

const STYLES: Readonly<Record<Finding['level'], Style>> = {
  ok: 'good',
  warning: 'warning',
  error: 'warning',
};
