import { isObject, type Json } from '../base/merge-patch.js';
import type { Change, TopicState } from '../stores/topics.js';

/** Longest values that are compared, in characters of JSON. */
const MAX_COMPARED = 65_536;
/** A patch is sent where it has less than this part of the value's length. */
const MAX_SHARE = 0.7;

/** A change with what a subscriber needs who has the value before it. */
export interface SmallChange extends Change {
  /** JSON Merge Patch from the value before; null where the whole value is sent. */
  readonly patch: string | null;
}

/**
 * Values of one topic as the subscribers of this node have them, and patches between them: JSON Merge Patch (RFC 7396), made
 * once for all subscribers.
 */
export class Deltas {
  readonly #values = new Map<string, string>();

  /** Finds the patches of changes, each against the one before it. */
  shrink(changes: readonly Change[]): readonly SmallChange[] {
    return changes.map((change) => {
      const before = this.#values.get(change.key);
      if (change.value === null) this.#values.delete(change.key);
      else this.#values.set(change.key, change.value);
      const patch = before === undefined || change.value === null ? null : patchOf(before, change.value);
      return { ...change, patch };
    });
  }

  /** Subscribers begin anew with this state. */
  reset(state: TopicState): void {
    this.#values.clear();
    for (const [key, value] of state) this.#values.set(key, value);
  }
}

/** Makes the patch from one JSON value to another; null where there is none that is worth it. */
export function patchOf(before: string, after: string): string | null {
  if (before.length > MAX_COMPARED || after.length > MAX_COMPARED) return null;
  const [from, to] = [before, after].map((json) => JSON.parse(json) as unknown);
  if (!isObject(from) || !isObject(to)) return null;
  const patch = differenceOf(from, to);
  if (patch === undefined) return null;
  const json = JSON.stringify(patch);
  return json.length < after.length * MAX_SHARE ? json : null;
}

/**
 * Makes the patch that leads from one value to another; undefined where a patch cannot say it, as a null in it removes a key.
 *
 * @source RFC 7396
 */
function differenceOf(before: unknown, after: unknown): unknown {
  if (!isObject(before) || !isObject(after)) return hasNull(after) ? undefined : after;
  const patch: Json = {};
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    // As the name of a property it would mean something else.
    if (key === '__proto__') return undefined;
    const known = Object.hasOwn(before, key) ? before[key] : undefined;
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(value)) continue;
    const part = differenceOf(known, value);
    if (part === undefined) return undefined;
    patch[key] = part;
  }
  return patch;
}

/** Tells whether a merge would lose a null: of objects, also within. Arrays are taken whole. */
function hasNull(value: unknown): boolean {
  return value === null || (isObject(value) && Object.values(value).some(hasNull));
}
