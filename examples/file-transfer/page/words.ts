const UNITS = ['B', 'KB', 'MB', 'GB'];

/** A size as people read it, in units of 1000. */
export function sizeOf(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : 1)} ${UNITS[unit]}`;
}

export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part / whole) * 100);
}

/** A time as people read it; a question mark where it cannot be known yet. */
export function durationOf(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  return seconds < 60 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** What happened, in words; the server's own where it has some. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
