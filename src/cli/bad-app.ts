import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstFrame } from '../base/call-site.js';
import type { Place } from '../errors/problem.js';
import { relativeTo } from '../inspect/locate.js';
import { type CliError, cliError } from './errors.js';

/**
 * Makes the error for an application that cannot be imported.
 *
 * @param reason - what it does, after the name of the file
 * @param cause - what was caught; its stack gives the line of the application
 */
export function badApp(file: string, reason: string, cause?: unknown): CliError {
  const options = cause === undefined ? undefined : { cause };
  return cliError('GW_ERR_CLI_BAD_APP', { file, reason }, placesOf(cause), options);
}

/** The line of a message that says most; the first one of a compiler only counts. */
export function firstLineOf(error: unknown): string {
  const text = error instanceof Error && error.message !== '' ? error.message : String(error);
  const [first = '', second = ''] = text.split('\n').map((line) => line.trim());
  return first.endsWith(':') ? `${first} ${second}`.trim() : first;
}

/** The nearest line that is the application's own. */
function placesOf(error: unknown): readonly Place[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  const own = lines.map(firstFrame).find((frame) => frame !== null && !isForeign(frame.file));
  if (own == null) return [];
  return [{ location: `${relativeTo(process.cwd(), own.file)}:${own.line}:${own.column}`, label: '' }];
}

const FOREIGN = /^node:|[\\/]node_modules[\\/]/;
// gatewire itself, where it is linked and so not in node_modules: as it runs, and as its source maps show it.
const OWN_FOLDERS = ['dist', 'src'].map(
  (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url)) + sep,
);

function isForeign(file: string): boolean {
  return FOREIGN.test(file) || OWN_FOLDERS.some((folder) => file.startsWith(folder));
}
