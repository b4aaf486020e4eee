import { TOPIC_EVENTS } from '../base/reserved-names.js';
import { type Position, writePosition } from '../contract/position.js';
import type { Change, TopicState } from '../stores/topics.js';
import type { CatchUp } from './active-topic.js';

/** Entries that travel in one frame; a larger state is sent in several. */
const PAGE = 1_000;

/** Fifth element of a change that removes a key, and of one that is a patch. */
const REMOVED = 1;
const PATCHED = 2;

/** A change, perhaps with the patch that is sent in place of the value. */
type SentChange = Change & { readonly patch?: string | null };

/** An event of gatewire with its arguments. */
export interface Frame {
  readonly event: string;
  readonly args: readonly unknown[];
}

/**
 * A change on the wire: `[offset, tag, value]`; in keyed topics `[offset, tag, value, key]`, and
 * `[offset, tag, null, key, 1]` for the removal of a key. `[offset, tag, patch, key, 2]` changes the value before by a JSON Merge
 * Patch; there, `key` is null in topics with one value.
 */
type WireChange = readonly unknown[];

/** Answer to a subscription, and the end of a reset. */
export interface WireState {
  readonly position: string;
  /** What the subscriber missed; absent when it begins anew. */
  readonly changes?: readonly WireChange[];
  /** Present value; absent where there is none, and where the subscriber has it. */
  readonly value?: unknown;
  /** Last entries of a keyed topic; those before came in pages. */
  readonly entries?: readonly (readonly [key: string, value: unknown])[];
  /** Earlier values, the oldest first, where they were asked for. */
  readonly history?: readonly unknown[];
}

/**
 * Makes the frame of changes: topic, epoch, tag before the first one, changes; and `true` where changes between the last one
 * that was sent and these were left out.
 */
export function changesFrame(
  topic: string,
  isKeyed: boolean,
  epoch: string,
  changes: readonly SentChange[],
  isJump = false,
): Frame {
  const before = changes[0]?.before ?? '';
  const list = changes.map((change) => wireChange(change, isKeyed));
  const args = [topic, epoch, before, list, ...(isJump ? [true] : [])];
  return { event: TOPIC_EVENTS.topic, args };
}

/** Makes the frames that tell all subscribers to begin anew. */
export function resetFrames(
  topic: string,
  isKeyed: boolean,
  position: Position,
  state: TopicState,
): readonly Frame[] {
  const { pages, last } = wireState(topic, isKeyed, { position, changes: null, state });
  return [...pages, { event: TOPIC_EVENTS.reset, args: [topic, last] }];
}

/** Makes the answer to a subscription, with the pages that go ahead of it. */
export function wireState(
  topic: string,
  isKeyed: boolean,
  { position, changes, state }: CatchUp,
): { readonly pages: readonly Frame[]; readonly last: WireState } {
  const [entry] = state;
  const base = {
    position: writePosition(position),
    ...(changes !== null && { changes: changes.map((change) => wireChange(change, isKeyed)) }),
    ...(!isKeyed && entry !== undefined && { value: JSON.parse(entry[1]) as unknown }),
  };
  if (changes !== null || !isKeyed) return { pages: [], last: base };
  const entries = state.map(([key, value]) => [key, JSON.parse(value)] as const);
  const pages: Frame[] = [];
  let from = 0;
  for (; entries.length - from > PAGE; from += PAGE)
    pages.push({
      event: TOPIC_EVENTS.page,
      args: [topic, entries.slice(from, from + PAGE), base.position],
    });
  return { pages, last: { ...base, entries: entries.slice(from) } };
}

function wireChange({ offset, tag, key, value, patch = null }: SentChange, isKeyed: boolean): WireChange {
  if (patch !== null) return [offset, tag, JSON.parse(patch), isKeyed ? key : null, PATCHED];
  const parsed: unknown = value === null ? null : JSON.parse(value);
  if (!isKeyed) return [offset, tag, parsed];
  return value === null ? [offset, tag, null, key, REMOVED] : [offset, tag, parsed, key];
}
