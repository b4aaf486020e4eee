// Asked by jest which test files to run: leaves out those that need a program that this machine does not have. What a
// file needs is what it imports, itself or by other files: the names stand in calls of `requireProgram` and `shared`.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findProgram, PROGRAMS } from './programs.js';

const needs = new Map();
const missing = new Map();

/** The names of the programs that a file needs. */
function needsOf(file) {
  const known = needs.get(file);
  if (known !== undefined) return known;
  const found = new Set();
  needs.set(file, found); // ahead of its imports, which may go round
  const text = readFileSync(file, 'utf8');
  for (const [, name] of text.matchAll(/\b(?:requireProgram|shared)\('(\w+)'\)/g)) found.add(name);
  for (const [, target] of text.matchAll(/from '(\.[^']+)\.js'/g)) {
    const imported = `${path.resolve(path.dirname(file), target)}.ts`;
    // What is in texts of code is no import of the file, and src/ needs no programs.
    if (!imported.includes(`${path.sep}test${path.sep}`) || !existsSync(imported)) continue;
    for (const name of needsOf(imported)) found.add(name);
  }
  return found;
}

/** Looks for a program once; for some it takes to start a Python, so that nobody looks for what no file needs. */
function isMissing(name) {
  const known = missing.get(name) ?? (name in PROGRAMS && findProgram(name) === null);
  missing.set(name, known);
  return known;
}

function filter(files) {
  const isRunnable = (file) => {
    const lacks = [...needsOf(file)].filter(isMissing);
    if (lacks.length > 0) console.error(`skipped: ${path.relative('.', file)} needs ${lacks.join(', ')}`);
    return lacks.length === 0;
  };
  return { filtered: files.filter(isRunnable) };
}

// jest takes it with require().
export { filter as 'module.exports' };
