/** One thing that was looked at. */
export interface Finding {
  /** What was looked at, such as `node` or `port`. */
  readonly check: string;
  readonly level: 'error' | 'warning' | 'ok';
  /** One fact. */
  readonly fact: string;
  /** How it is mended; null when all is well. */
  readonly fix: string | null;
}

/** Says that all is well. */
export function ok(check: string, fact: string): Finding {
  return { check, level: 'ok', fact, fix: null };
}

/** Says what will go wrong. */
export function failure(check: string, fact: string, fix: string): Finding {
  return { check, level: 'error', fact, fix };
}

/** Says what may go wrong, or is perhaps meant so. */
export function warning(check: string, fact: string, fix: string): Finding {
  return { check, level: 'warning', fact, fix };
}
