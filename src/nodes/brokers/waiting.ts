import { setTimeout as sleep } from 'node:timers/promises';

const MAX_WAIT_MS = 30_000;

/** Twice as long with each time, up to 30 s, and never the same for all processes. */
export function backoffMs(firstMs: number, times: number, maxMs = MAX_WAIT_MS): number {
  const full = Math.min(firstMs * 2 ** Math.min(times, 30), Math.max(maxMs, firstMs));
  return full * (0.5 + Math.random() / 2);
}

/** Waits, or until the signal aborts; it never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/** Waits for something that may fail, throw or hang; it never rejects. */
export async function atMost(ms: number, work: () => Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const worked = (async () => work())().catch(() => {});
  await Promise.race([worked, pause(ms, over.signal)]);
  over.abort();
}
