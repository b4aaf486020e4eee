import { isThenable } from '../base/deadline.js';
import { GatewireError } from '../errors/gatewire-error.js';

/** Call that may have to wait. */
export interface QueuedCall {
  /** Tells whether a call that waited may go on; it throws the reason when there is one to answer with. */
  mayStart(): boolean;
  /** Calls back when the socket leaves, or with null when the call ran out of time. @returns a function that takes it back */
  whenLeaving(onLeave: (reason: Error | null) => void): () => void;
}

/** Limit of the calls that run at the same time, with a bounded queue in order of arrival. */
export class Semaphore {
  #running = 0;
  #queue: Waiting[] = [];

  constructor(
    private readonly limit: number,
    private readonly queueLimit: number,
  ) {}

  /** Whether one more call would have to wait. */
  get isFull(): boolean {
    return this.#running >= this.limit;
  }

  /** Number of calls that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Whether nothing runs and nothing waits. */
  get isIdle(): boolean {
    return this.#running === 0 && this.#queue.length === 0;
  }

  /**
   * Runs a call now, or as soon as others have ended. A call that needs no promise takes no place.
   *
   * @throws {GatewireError} OVERLOADED when too many wait, UNAVAILABLE when the socket left meanwhile
   */
  run<TCall extends QueuedCall>(call: TCall, next: (call: TCall) => unknown): unknown {
    if (this.isFull) return this.wait(call, next);
    const result = next(call);
    return isThenable(result) ? this.hold(result) : result;
  }

  /** Takes a place until a promise settles: a handler that ran out of time keeps it as long as it runs. */
  hold<TResult>(result: PromiseLike<TResult>): Promise<TResult> {
    const promise = Promise.resolve(result);
    this.#running++;
    promise.then(this.#release, this.#release);
    return promise;
  }

  /** Puts a call at the end of the queue. */
  wait<TCall extends QueuedCall>(call: TCall, next: (call: TCall) => unknown): Promise<unknown> {
    if (this.#queue.length >= this.queueLimit) throw new GatewireError('OVERLOADED');
    return new Promise((resolve, reject) => {
      const leave = (reason: Error | null): void => {
        this.#queue = this.#queue.filter((one) => one !== waiting);
        if (reason === null) resolve(undefined);
        else reject(reason);
      };
      const waiting: Waiting = {
        start: () => (call.mayStart() ? next(call) : undefined),
        resolve,
        reject,
        forget: call.whenLeaving(leave),
      };
      this.#queue.push(waiting);
    });
  }

  readonly #release = (): void => {
    this.#running--;
    while (!this.isFull) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      waiting.forget();
      this.#start(waiting);
    }
  };

  #start({ start, resolve, reject }: Waiting): void {
    try {
      const result = start();
      resolve(isThenable(result) ? this.hold(result) : result);
    } catch (error) {
      reject(error);
    }
  }
}

interface Waiting {
  readonly start: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly forget: () => void;
}
