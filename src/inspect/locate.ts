import { relative, sep } from 'node:path';
import type { CallSite } from '../base/call-site.js';
import type { Position } from './description.js';

/** Function that makes a position of a call site. */
export type Locate = (at: CallSite) => Position | null;

/**
 * Makes a function that returns positions relative to a folder.
 *
 * @param root - folder that file names are relative to
 */
export function locator(root: string): Locate {
  return ({ source }) =>
    source && {
      file: relativeTo(root, source.file),
      line: source.line,
      column: source.column,
    };
}

/** Returns the path from a folder to a file, with forward slashes on every system. */
export function relativeTo(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}
