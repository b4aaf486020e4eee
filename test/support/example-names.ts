import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));

/** Names of all examples, in order. */
export const exampleNames: readonly string[] = readdirSync(folder)
  .filter((name) => existsSync(path.join(folder, name, 'main.ts')))
  .sort();
