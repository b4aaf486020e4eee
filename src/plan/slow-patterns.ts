import type { CallSite } from '../base/call-site.js';
import type { AppPlan, NamespacePlan } from './types.js';

/** RegExp of an application that may take very long for some names. */
export interface SlowPattern {
  readonly pattern: string;
  /** What has names that it is compared with. */
  readonly of: 'namespace' | 'event' | 'room';
  /** `file:line:column` of the declaration; null when it is not known. */
  readonly location: string | null;
}

/**
 * Finds RegExps that repeat what is repeated, such as `(\w+:)+`: for some of them, 40 characters take minutes. It looks at
 * the form alone, so that it finds some that are fast, and misses some that are slow.
 */
export async function slowPatterns(plan: AppPlan): Promise<readonly SlowPattern[]> {
  const declared = plan.namespaces.flatMap(patternsIn);
  if (declared.length === 0) return [];
  const { default: isSafe } = await import('safe-regex2'); // most applications have no RegExp
  const slow = declared.filter(({ pattern }) => !isSafe(plain(pattern)));
  const once = new Map(slow.map((one) => [one.pattern, one]));
  return [...once.values()].map(({ pattern, of, at }) => ({
    pattern: String(pattern),
    of,
    location: at?.location ?? null,
  }));
}

interface DeclaredPattern {
  readonly of: SlowPattern['of'];
  readonly pattern: RegExp;
  readonly at: CallSite | undefined;
}

function patternsIn({ pattern, gateways, patterns, rooms }: NamespacePlan): readonly DeclaredPattern[] {
  const declared = [
    { of: 'namespace', pattern, at: gateways[0]?.at },
    ...patterns.map((event) => ({ of: 'event', pattern: event.pattern, at: event.handler.at })),
    ...(rooms ?? []).map((room) => ({ of: 'room', pattern: room.pattern, at: room.at })),
  ];
  return declared.filter((one): one is DeclaredPattern => one.pattern !== null);
}

/** Writes a RegExp without what the library cannot read: names of groups, and looks behind. */
function plain({ source }: RegExp): string {
  return source.replace(/\(\?<([=!])/g, '(?$1').replace(/\(\?<\w+>/g, '(');
}
