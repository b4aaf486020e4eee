import { type Place, type Problem, problem } from '../errors/boot-error.js';
import type { ErrorArguments, ErrorCode } from '../errors/registry.js';
import type { CallSite } from './call-site.js';

/** Collects what is wrong, so that everything is shown at once. */
export class Problems {
  readonly #found: Problem[] = [];

  get found(): readonly Problem[] {
    return this.#found;
  }

  add<TCode extends ErrorCode>(code: TCode, args: ErrorArguments<TCode>, ...places: Place[]): void {
    this.#found.push(problem(code, args, places));
  }

  addAll(problems: readonly Problem[]): void {
    this.#found.push(...problems);
  }
}

/** Names a line of the application in a problem. */
export function place(at: CallSite, label: string): Place {
  return { location: at.location, label };
}
