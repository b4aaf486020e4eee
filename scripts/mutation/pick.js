/**
 * Puts mutants in an order that depends on a seed alone: one of each kind in turn, so that a few of them show all kinds.
 * Mutants of one line come once.
 */
export function* pick(mutants, seed) {
  const random = numbers(seed);
  const kinds = new Map();
  for (const mutant of mutants) kinds.set(mutant.kind, [...(kinds.get(mutant.kind) ?? []), mutant]);
  const queues = [...kinds.values()].map((queue) => shuffle(queue, random));
  const lines = new Set();
  while (queues.some((queue) => queue.length > 0)) {
    for (const queue of queues) {
      const mutant = queue.find(({ file, line }) => !lines.has(`${file}:${line}`));
      queue.splice(0, mutant === undefined ? queue.length : queue.indexOf(mutant) + 1);
      if (mutant === undefined) continue;
      lines.add(`${mutant.file}:${mutant.line}`);
      yield mutant;
    }
  }
}

function shuffle(list, random) {
  const left = [...list];
  for (let index = left.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [left[index], left[other]] = [left[other], left[index]];
  }
  return left;
}

/** Numbers from 0 to 1 by the generator mulberry32. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
