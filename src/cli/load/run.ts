import { totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { type LoadHost, SimulatedClient } from './client.js';
import { Figures } from './figures.js';
import { drawFrom, type LoadPlan } from './plan.js';

/** Load that has ended. */
export interface LoadResult {
  readonly endedBy: LoadEnd;
  /** Seconds from the first connection to the last event. */
  readonly elapsedS: number;
  readonly figures: Figures;
  readonly perSecond: Flow;
  readonly generator: GeneratorState;
}

/** Reason for which a load has ended. */
export type LoadEnd = 'time' | 'signal' | 'memory';

/** Events in each second after the ramp; where the load has ended within the ramp, in each second of it. */
export interface Flow {
  readonly sent: number;
  readonly received: number;
}

/** State of the process that makes the load. */
export interface GeneratorState {
  /** Delay of the event loop, in milliseconds. */
  readonly eventLoopDelayP99Ms: number;
  /** CPU time, in parts of one core. */
  readonly cpuShare: number;
  readonly rssBytes: number;
}

/** Load while it runs. */
export interface Progress {
  readonly figures: Figures;
  readonly elapsedS: number;
}

/** Surroundings of a load. */
export interface LoadSurroundings extends Pick<LoadHost, 'createSocket'> {
  /** Ends the load early, in order. */
  readonly signal: AbortSignal;
  /** Called twice a second. */
  readonly onProgress: (progress: Progress) => void;
  /** Makes the error of a function of the scenario that throws, or whose value cannot be encoded. */
  readonly refuse: (what: string, cause: unknown) => Error;
}

const PROGRESS_MS = 500;
/** Clients that disconnect in one turn of the event loop. */
const CLOSE_BATCH = 100;
/** Time for the last requests of polling clients: without them the server would keep the connections until they time out. */
const CLOSE_MS = 200;

/**
 * Runs a load to its end, and waits for the answers that are outstanding.
 *
 * @throws what `refuse` makes
 */
export async function runLoad(plan: LoadPlan, surroundings: LoadSurroundings): Promise<LoadResult> {
  const { createSocket, signal, onProgress, refuse } = surroundings;
  const figures = new Figures([...plan.start, ...plan.mix].map(({ event }) => event));
  const generator = watchGenerator();
  let fail: (error: Error) => void = () => {};
  let onSettled = (): void => {};
  const clients = clientsOf(plan.clients, {
    plan,
    figures,
    createSocket,
    draw: drawFrom(plan.mix),
    onSettled: () => onSettled(),
    fail: (what, cause) => fail(refuse(what, cause)),
  });
  const startedAt = performance.now();
  const elapsedS = (): number => (performance.now() - startedAt) / 1_000;
  const flow = watchFlow(figures, elapsedS, plan.ramp);
  const opening = openEvenly(clients, startedAt, plan.ramp * 1_000);
  let onEnd = (_: LoadEnd): void => {};
  const timers = [
    setTimeout(() => onEnd('time'), (plan.ramp + plan.seconds) * 1_000),
    setInterval(() => {
      onProgress({ figures, elapsedS: elapsedS() });
      if (process.memoryUsage.rss() > memoryLimit()) onEnd('memory');
    }, PROGRESS_MS),
  ];
  const stopBySignal = (): void => onEnd('signal');
  signal.addEventListener('abort', stopBySignal);
  try {
    const endedBy = await new Promise<LoadEnd>((resolve, reject) => {
      onEnd = resolve;
      fail = reject;
      if (signal.aborted) resolve('signal');
    });
    const atEnd = { endedBy, elapsedS: elapsedS(), perSecond: flow.end(), generator: generator.end() };
    opening.end();
    for (const client of clients) client.stop();
    await new Promise<void>((resolve) => {
      onSettled = () => {
        if (clients.every(({ inFlight }) => inFlight === 0)) resolve();
      };
      onSettled();
    });
    return { ...atEnd, figures };
  } finally {
    signal.removeEventListener('abort', stopBySignal);
    for (const timer of timers) clearTimeout(timer);
    opening.end();
    generator.end();
    flow.end();
    await closeAll(clients);
  }
}

function clientsOf(count: number, host: LoadHost): readonly SimulatedClient[] {
  return Array.from({ length: count }, (_, index) => new SimulatedClient(index, host));
}

/** Connects clients one after the other, evenly over a time. */
function openEvenly(
  clients: readonly SimulatedClient[],
  startedAt: number,
  rampMs: number,
): { readonly end: () => void } {
  let next = 0;
  let timer: NodeJS.Timeout | undefined;
  const timeOf = (index: number): number => startedAt + (index * rampMs) / clients.length;
  const openDue = (): void => {
    while (next < clients.length && timeOf(next) <= performance.now()) {
      clients[next]?.open(timeOf(next));
      next++;
    }
    if (next < clients.length) timer = setTimeout(openDue, Math.max(0, timeOf(next) - performance.now()));
  };
  openDue();
  return { end: () => clearTimeout(timer) };
}

/** Counts events in a second, from the end of the ramp if it comes. */
function watchFlow(figures: Figures, elapsedS: () => number, rampS: number): { readonly end: () => Flow } {
  let from = { atS: 0, sent: 0, received: 0 };
  const mark = (): void => {
    from = { atS: elapsedS(), sent: figures.sent, received: figures.received };
  };
  const timer = setTimeout(mark, rampS * 1_000);
  return {
    end: () => {
      clearTimeout(timer);
      const seconds = Math.max(elapsedS() - from.atS, 0.001);
      return {
        sent: (figures.sent - from.sent) / seconds,
        received: (figures.received - from.received) / seconds,
      };
    },
  };
}

const DELAY_RESOLUTION_MS = 10;

/** Watches the process that makes the load. */
function watchGenerator(): { readonly end: () => GeneratorState } {
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  delay.enable();
  return {
    end: () => {
      delay.disable();
      const { user, system } = process.cpuUsage(cpu);
      return {
        // The monitor measures from one of its timers to the next one.
        eventLoopDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS),
        cpuShare: (user + system) / 1_000 / (performance.now() - startedAt),
        rssBytes: process.memoryUsage.rss(),
      };
    },
  };
}

/** Returns half of the memory that the process may use: a load that takes more would be killed by the system. */
function memoryLimit(): number {
  const constrained = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return Math.min(totalmem(), constrained) / 2;
}

async function closeAll(clients: readonly SimulatedClient[]): Promise<void> {
  for (const [index, client] of clients.entries()) {
    client.close();
    if (index % CLOSE_BATCH === CLOSE_BATCH - 1) await setImmediate();
  }
  await wait(CLOSE_MS);
}
