/**
 * Place in the log of a topic. The offset grows by one with each change. The epoch changes when the log begins anew; the tag
 * is a random mark of the change at the offset, by which a log that lost its end and went on with other changes is told.
 */
export interface Position {
  readonly epoch: string;
  /** Number of the change, 0 ahead of the first one. */
  readonly offset: number;
  /** Empty ahead of the first change. */
  readonly tag: string;
}

const FORM = /^([\w]{1,32})-(\d{1,15})-(\w{0,16})$/;

/** Writes a position as text, such as `k3J9x0aQ-17-b1TzP0_c`. */
export function writePosition({ epoch, offset, tag }: Position): string {
  return `${epoch}-${offset}-${tag}`;
}

/** Reads a position; null for what is none. */
export function readPosition(text: unknown): Position | null {
  const [, epoch, offset, tag = ''] = typeof text === 'string' ? (FORM.exec(text) ?? []) : [];
  return epoch === undefined ? null : { epoch, offset: Number(offset), tag };
}
