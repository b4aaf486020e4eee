import type { Class } from '../../metadata/record.js';
import { nameOf } from '../../metadata/token.js';
import type { Activity } from '../types.js';

/**
 * Knows for whom the container is making something. There is one container, and no child of it per client or
 * event: those cost 24 to 110 microseconds each. A `get` is synchronous, so a plain variable set around it
 * tells the bindings of scoped classes where their instance belongs.
 */
export class Scopes {
  #current: Activity | null = null;

  /** Makes something for an activity. */
  within<TResult>(activity: Activity, make: () => TResult): TResult {
    const before = this.#current;
    this.#current = activity;
    try {
      return make();
    } finally {
      this.#current = before;
    }
  }

  /** Returns the activity that something is being made for. */
  current(asker: string): Activity {
    if (this.#current !== null) return this.#current;
    throw new Error(`${asker} exists for a client or an event only, and was asked for outside of both`);
  }

  /** Returns the instance of a scoped class for the present activity. */
  take(target: Class, scope: 'connection' | 'event', make: () => object): object {
    const activity = this.current(nameOf(target));
    // What lives as long as the stay must not see the one event that happened to need it first.
    const owner = scope === 'connection' ? activity.state.stay : activity;
    return owner.instances.take(target, () => this.within(owner, make));
  }
}
