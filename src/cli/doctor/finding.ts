import { alignRows, counted, type Paint, type Row, type Style } from '../output.js';

/** Result of one check. */
export interface Finding {
  /** Subject of the check, such as `node` or `port`. */
  readonly check: string;
  readonly level: 'error' | 'warning' | 'ok';
  /** One fact. */
  readonly fact: string;
  /** Way to fix it; null when the level is `ok`. */
  readonly fix: string | null;
}

/** Makes a finding that needs no fix. */
export function ok(check: string, fact: string): Finding {
  return { check, level: 'ok', fact, fix: null };
}

/** Makes a finding of something that cannot work. */
export function failure(check: string, fact: string, fix: string): Finding {
  return { check, level: 'error', fact, fix };
}

/** Makes a finding of something that may go wrong, or may be intended. */
export function warning(check: string, fact: string, fix: string): Finding {
  return { check, level: 'warning', fact, fix };
}

/** Number of findings of each level. */
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
