import type { ConcurrencyPlan, RatePlan } from '../../plan/types.js';
import { MemoryRates, type RateStore } from '../../stores/rates.js';
import { SharedRates } from '../../stores/shared-rates.js';
import type { Stage } from '../bound.js';
import type { OpenedAdapter } from '../cluster/node-adapter.js';
import { Lanes } from './concurrency.js';
import { rateLimiter } from './rates.js';

/** What the limits of an application count with. One declaration counts once, however many events it covers. */
export class Limiters {
  readonly #rates = new Map<RatePlan, (inner: Stage) => Stage>();
  readonly #lanes = new Map<ConcurrencyPlan, Lanes>();

  readonly #memory = new MemoryRates();
  readonly #shared: RateStore;

  /** @param adapter - what counts for all nodes together, where the application has one */
  constructor(adapter: Pick<OpenedAdapter, 'rates' | 'store'> | null) {
    const store = adapter?.store ?? null;
    this.#shared = adapter?.rates ?? (store === null ? this.#memory : new SharedRates(store));
  }

  rateOf(plan: RatePlan): (inner: Stage) => Stage {
    const limiter =
      this.#rates.get(plan) ?? rateLimiter(plan, plan.scope === 'cluster' ? this.#shared : this.#memory);
    this.#rates.set(plan, limiter);
    return limiter;
  }

  lanesOf(plan: ConcurrencyPlan): Lanes {
    const lanes = this.#lanes.get(plan) ?? new Lanes(plan);
    this.#lanes.set(plan, lanes);
    return lanes;
  }

  close(): void {
    this.#memory.close();
  }
}
