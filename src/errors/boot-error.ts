import type { Place, Problem } from './problem.js';

/** Error of an application that cannot start. Its message is a report of all problems. */
export class BootError extends Error {
  /** All problems, in the order in which they were found. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(renderReport(problems));
    this.name = 'BootError';
    this.problems = Object.freeze([...problems]);
    // The report names the lines that matter; the stack would only show gatewire's own.
    this.stack = this.message;
  }
}

/** Writes problems as text for a terminal. */
export function renderReport(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [...problems.map(renderProblem), `${count} found; nothing was started`].join('\n\n');
}

/** Writes one problem as text for a terminal. */
export function renderProblem(problem: Problem): string {
  const width = Math.max(0, ...problem.places.map((place) => location(place).length));
  return [
    `error[${problem.code}]: ${problem.message}`,
    ...problem.places.map((place) => `  --> ${location(place).padEnd(width)}    ${place.label}`.trimEnd()),
    ...(problem.why === null ? [] : [`  why:  ${problem.why}`]),
    `  help: ${problem.help}`,
  ].join('\n');
}

function location(place: Place): string {
  return place.location ?? '(unknown place)';
}
