import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Returns the path of a program of the tests or the examples, compiled to one file: see compile-programs.js.
 *
 * @param file - its source, from the root of the repository
 */
export function compiled(file: string): string {
  const program = path.join(process.env['GATEWIRE_TEST_PROGRAMS'] ?? '', file.replace(/\.ts$/, '.mjs'));
  if (!existsSync(program)) throw new Error(`${file} is not compiled for the tests`);
  return program;
}
