import { create, setText } from './dom.js';

/** Separators between the days of one list, by the day: one that stays is not made again. */
export type Days = Map<string, HTMLElement>;

/** Names the day of a time; the same day gives the same text. */
export function dayOf(at: number): string {
  return new Date(at).toDateString();
}

/** Returns the separator ahead of the first message of a day. */
export function separatorOf(days: Days, at: number): HTMLElement {
  const day = dayOf(at);
  const item = days.get(day) ?? create('li', 'day');
  days.set(day, item);
  setText(item, wordsFor(at)); // what was today is yesterday after midnight
  return item;
}

function wordsFor(at: number): string {
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(at) === dayOf(Date.now())) return 'Today';
  if (dayOf(at) === dayOf(yesterday.getTime())) return 'Yesterday';
  return new Date(at).toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' });
}
