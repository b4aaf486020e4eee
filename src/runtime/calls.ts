import { GatewireError } from '../errors/gatewire-error.js';
import type { CallContext } from './context.js';

type Refuse = (error: GatewireError) => void;

/** The calls that wait for a promise, and whether new ones are still taken. `close()` waits for them. */
export class Calls {
  readonly #running = new Set<CallContext>();
  readonly #settling = new Set<Promise<unknown>>();
  readonly #waiting = new Set<Refuse>();
  #onIdle: (() => void) | null = null;
  isClosing = false;

  add(call: CallContext): void {
    this.#running.add(call);
  }

  delete(call: CallContext): void {
    this.#running.delete(call);
    this.#checkIdle();
  }

  /** Keeps `close()` waiting for something that no client waits for, such as a disconnect hook. */
  track(promise: Promise<unknown>): void {
    const settled = promise.finally(() => {
      this.#settling.delete(settled);
      this.#checkIdle();
    });
    this.#settling.add(settled);
  }

  /** Names a function that answers for calls that have not begun, in case they never will. */
  addWaiting(refuse: Refuse): void {
    this.#waiting.add(refuse);
  }

  deleteWaiting(refuse: Refuse): void {
    this.#waiting.delete(refuse);
  }

  /** Resolves when nothing runs any more, or at the limit. */
  async idle(timeoutMs: number): Promise<void> {
    if (this.#isIdle) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
      this.#onIdle = resolve;
    });
    clearTimeout(timer);
    this.#onIdle = null;
  }

  /** Hands every call that still runs to a function that answers for it, and refuses those that wait. */
  abandon(answer: (call: CallContext, error: GatewireError) => void): void {
    const error = new GatewireError('UNAVAILABLE', { message: 'the server is shutting down' });
    for (const call of [...this.#running]) answer(call, error);
    for (const refuse of [...this.#waiting]) refuse(error);
  }

  get #isIdle(): boolean {
    return this.#running.size + this.#settling.size === 0;
  }

  #checkIdle(): void {
    if (this.#isIdle) this.#onIdle?.();
  }
}
