import safeRegex from 'safe-regex2';
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
export function slowPatterns(plan: AppPlan): readonly SlowPattern[] {
  const found = new Map<RegExp, SlowPattern>();
  const look = (of: SlowPattern['of'], pattern: RegExp | null, at: CallSite | undefined): void => {
    if (pattern === null || safeRegex(plain(pattern))) return;
    found.set(pattern, { pattern: String(pattern), of, location: at?.location ?? null });
  };
  for (const namespace of plan.namespaces) lookAt(namespace, look);
  return [...found.values()];
}

type Look = (of: SlowPattern['of'], pattern: RegExp | null, at: CallSite | undefined) => void;

function lookAt({ pattern, gateways, patterns, rooms }: NamespacePlan, look: Look): void {
  look('namespace', pattern, gateways[0]?.at);
  for (const event of patterns) look('event', event.pattern, event.handler.at);
  for (const room of rooms ?? []) look('room', room.pattern, room.at);
}

/** Writes a RegExp without what the library cannot read: names of groups, and looks behind. */
function plain({ source }: RegExp): string {
  return source.replace(/\(\?<([=!])/g, '(?$1').replace(/\(\?<\w+>/g, '(');
}
