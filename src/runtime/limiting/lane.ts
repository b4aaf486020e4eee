import { isThenable } from '../../base/thenable.js';
import { GatewireError } from '../../errors/gatewire-error.js';
import { expired, hasExpired } from '../access/identity.js';
import type { Stage } from '../bound.js';
import type { CallContext } from '../context.js';

interface Waiting {
  readonly call: CallContext;
  readonly inner: Stage;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly forget: () => void;
}

/** A number of calls that may run at the same time, and a bounded number that wait for them in order. */
export class Lane {
  #running = 0;
  #waiting: Waiting[] = [];

  constructor(
    private readonly limit: number,
    private readonly queue: number,
  ) {}

  /** Whether one more call would have to wait. */
  get isFull(): boolean {
    return this.#running >= this.limit;
  }

  /** Whether nothing runs and nothing waits. */
  get isIdle(): boolean {
    return this.#running === 0 && this.#waiting.length === 0;
  }

  /**
   * Runs a call now, or as soon as others have ended. One that needs no promise takes no place.
   *
   * @throws {GatewireError} OVERLOADED when too many wait, UNAVAILABLE when the socket left meanwhile
   */
  run(call: CallContext, inner: Stage): unknown {
    if (this.isFull) return this.wait(call, inner);
    const result = inner(call);
    return isThenable(result) ? this.hold(result) : result;
  }

  /** Takes a place until a promise settles: a handler that ran out of time keeps it as long as it runs. */
  hold<TResult>(result: PromiseLike<TResult>): Promise<TResult> {
    const promise = Promise.resolve(result);
    this.#running++;
    promise.then(this.#release, this.#release);
    return promise;
  }

  /** Waits in line. */
  wait(call: CallContext, inner: Stage): Promise<unknown> {
    if (this.#waiting.length >= this.queue) throw new GatewireError('OVERLOADED');
    return new Promise((resolve, reject) => {
      const leave = (reason: Error): void => {
        this.#waiting = this.#waiting.filter((one) => one.call !== call);
        reject(reason);
      };
      const forget = call.state.whenLeaving(leave);
      this.#waiting.push({ call, inner, resolve, reject, forget });
    });
  }

  readonly #release = (): void => {
    this.#running--;
    while (!this.isFull) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.forget();
      // It may have run out of time while it waited.
      if (next.call.isAnswered) next.resolve(undefined);
      else if (hasExpired(next.call.state)) next.reject(expired());
      else this.#start(next);
    }
  };

  #start({ call, inner, resolve, reject }: Waiting): void {
    try {
      const result = inner(call);
      resolve(isThenable(result) ? this.hold(result) : result);
    } catch (error) {
      reject(error);
    }
  }
}
