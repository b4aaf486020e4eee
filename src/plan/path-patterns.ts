import { show } from '../base/show.js';

const PARAMETER = /^:[A-Za-z_][A-Za-z0-9_]*$/;

/** Finds what is wrong with the parameters of a path such as `order/:id`; null when nothing is. */
export function findPathFault(path: string): string | null {
  const parameters = path.split('/').filter((segment) => segment.startsWith(':'));
  const odd = parameters.find((segment) => !PARAMETER.test(segment));
  if (odd !== undefined) return `has the segment ${show(odd)}, which is not :name`;
  return new Set(parameters).size < parameters.length ? 'names a parameter twice' : null;
}

/** What a parameter of a room stands for. */
const ROOM_VALUE = '(?!(?:\\.\\.?|__proto__|constructor)(?:/|$))[^/]+';

/**
 * Makes the pattern of the names that a path stands for, with a group for each parameter. A parameter is a whole segment: a
 * colon within one is part of a name, such as `user:7`.
 *
 * @param value - source of the RegExp that a parameter matches
 */
export function pathPattern(pattern: string, value = ROOM_VALUE): RegExp {
  const segments = pattern
    .split('/')
    .map((segment) =>
      segment.startsWith(':')
        ? `(?<${segment.slice(1)}>${value})`
        : segment.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    );
  return new RegExp(`^${segments.join('/')}$`);
}

/** Tells whether two paths have a name in common. */
export function pathsOverlap(one: string, other: string): boolean {
  const [left, right] = [one.split('/'), other.split('/')];
  return (
    left.length === right.length &&
    left.every((segment, i) => segment === right[i] || segment.startsWith(':') || right[i]?.startsWith(':'))
  );
}
