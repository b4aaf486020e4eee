import { type AppPlan, type ConcurrencyPlan, eventsOf, type RatePlan } from '../../plan/types.js';
import { MemoryRates, type RateStore } from '../../stores/rates.js';
import type { Stage } from '../bound.js';
import { Lanes } from './concurrency.js';
import { needsStore, rateLimiter } from './rates.js';

/** What the limits of an application count with. One declaration counts once, however many events it covers. */
export class Limiters {
  readonly #rates = new Map<RatePlan, (inner: Stage) => Stage>();
  readonly #lanes = new Map<ConcurrencyPlan, Lanes>();

  private constructor(
    private readonly store: RateStore | null,
    private readonly shared: RateStore | null,
  ) {}

  /** @param shared - what counts for all nodes together, where the application has that */
  static async create(plan: AppPlan, shared: RateStore | null): Promise<Limiters> {
    const rates = plan.namespaces.flatMap(eventsOf).flatMap((event) => event.rates ?? []);
    return new Limiters(rates.some(needsStore) ? await MemoryRates.create() : null, shared);
  }

  rateOf(plan: RatePlan): (inner: Stage) => Stage {
    const limiter =
      this.#rates.get(plan) ??
      rateLimiter(plan, plan.scope === 'cluster' ? (this.shared ?? this.store) : this.store);
    this.#rates.set(plan, limiter);
    return limiter;
  }

  lanesOf(plan: ConcurrencyPlan): Lanes {
    const lanes = this.#lanes.get(plan) ?? new Lanes(plan);
    this.#lanes.set(plan, lanes);
    return lanes;
  }
}
