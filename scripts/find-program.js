// Looks for programs without running anything, as `which` and `where` do.
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** Returns the first of `names` that is a program on PATH, or null. */
export function findOnPath(names) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return firstProgram(names.flatMap((name) => folders.map((folder) => path.join(folder, name + suffix))));
}

/** Returns the first of `files` that may be run, or null. */
export function firstProgram(files) {
  return files.find(isProgram) ?? null;
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
