/** Collector whose senders are told to go on. */
interface Telling {
  tellSent(): void;
}

/** Collector that writes what it has collected. */
interface Flushing {
  flush(): void;
}

// As they are now: a test that stops the clock of its application does not stop the network.
const { nextTick } = process;
const afterPoll = setImmediate;

let telling: Telling[] = [];
let flushing: Flushing[] = [];
let isExitWatched = false;
let tick = 1;
let isTickWatched = false;

/** Number of this tick: the callback that runs, up to where Node goes on with others. */
export function currentTick(): number {
  if (!isTickWatched) {
    isTickWatched = true;
    nextTick(endTick);
  }
  return tick;
}

function endTick(): void {
  isTickWatched = false;
  tick++;
}

/** Has `tellSent` called once the callback that runs is over, as sockets call back that take all that is written. */
export function tellAfterTick(one: Telling): void {
  if (telling.length === 0) nextTick(tellAll);
  telling.push(one);
}

/** Has `flush` called once all sockets that had something to read in this turn have been read. */
export function flushAfterPoll(one: Flushing): void {
  if (flushing.length === 0) {
    watchExit();
    afterPoll(flushAll);
  }
  flushing.push(one);
}

function tellAll(): void {
  const told = telling;
  telling = [];
  tellFrom(told, 0);
}

/** A listener of `drain` that throws ends the process, or is logged; the others are told all the same. */
function tellFrom(told: readonly Telling[], from: number): void {
  let at = from;
  try {
    while (at < told.length) (told[at++] as Telling).tellSent();
  } finally {
    if (at < told.length) nextTick(tellFrom, told, at);
  }
}

function flushAll(): void {
  const flushed = flushing;
  flushing = [];
  flushFrom(flushed, 0);
}

/** After one that throws, the others are written all the same: nothing else would write what they have collected. */
function flushFrom(flushed: readonly Flushing[], from: number): void {
  let at = from;
  try {
    while (at < flushed.length) (flushed[at++] as Flushing).flush();
  } finally {
    if (at < flushed.length) afterPoll(flushFrom, flushed, at);
  }
}

/** Has what was sent right before `process.exit()` leave, as it does where frames are written at once. */
function watchExit(): void {
  if (isExitWatched) return;
  isExitWatched = true;
  process.on('exit', flushAll);
}
