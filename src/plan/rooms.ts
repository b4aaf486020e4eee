import type { CallSite } from '../base/call-site.js';
import { type Problems, place } from '../base/problems.js';
import { show } from '../base/show.js';
import { RoomGuard } from '../metadata/steps.js';
import { findPathFault, pathPattern } from './path-patterns.js';
import { isClassSyntax } from './steps.js';
import type { RoomGuardPlan } from './types.js';

const OTHERS = '*';

/**
 * Checks the rooms that an application or a gateway declares.
 *
 * @param given - the option `rooms` as written; undefined where it is absent
 * @param at - of the application or gateway, for what was not made by guardRoom
 */
export function compileRooms(
  given: unknown,
  owner: string,
  at: CallSite,
  problems: Problems,
): readonly RoomGuardPlan[] {
  if (!Array.isArray(given)) return [];
  return given.flatMap((guard: unknown) => {
    const isGuard = guard instanceof RoomGuard;
    const reason = isGuard ? findFault(guard) : 'was not made by guardRoom()';
    const where = place(isGuard ? guard.at : at, owner);
    if (reason === null) return compileRoom(guard as RoomGuard);
    const shown = show(isGuard ? guard.pattern : guard);
    problems.add('GW_ERR_BUILD_BAD_ROOM_GUARD', { given: shown, reason }, where);
    return [];
  });
}

function compileRoom({ pattern, check, at }: RoomGuard): RoomGuardPlan {
  const name = pattern instanceof RegExp ? String(pattern) : (pattern as string);
  const test = name === OTHERS ? null : pattern instanceof RegExp ? pattern : pathPattern(name);
  return Object.freeze({ name, pattern: test, check: check as RoomGuardPlan['check'], at });
}

function findFault({ pattern, check }: RoomGuard): string | null {
  if (typeof check !== 'function') return 'has no check';
  if (isClassSyntax(check)) return 'has a class as its check';
  if (pattern instanceof RegExp) {
    return pattern.global || pattern.sticky ? 'has the flag g or y, which remembers where it stopped' : null;
  }
  if (typeof pattern !== 'string') return 'is neither a string nor a RegExp';
  if (pattern === '') return 'is empty';
  if (pattern === OTHERS) return null;
  if (pattern.includes('*')) return "has a '*', which stands for all other rooms and only alone";
  return findPathFault(pattern);
}
