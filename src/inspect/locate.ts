import { relative, sep } from 'node:path';
import type { CallSite } from '../base/call-site.js';
import type { Position } from './description.js';

/** Makes positions relative to one folder. */
export type Locate = (at: CallSite) => Position | null;

/** @param root - the folder that files are named from */
export function locator(root: string): Locate {
  return ({ source }) =>
    source && {
      file: relativeTo(root, source.file),
      line: source.line,
      column: source.column,
    };
}

/** A path from a folder to a file, with forward slashes on every system. */
export function relativeTo(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}
