import type { Class } from '../../metadata/record.js';
import { nameOf } from '../../metadata/token.js';
import type { SocketContext } from '../context.js';

/**
 * Knows for whom the container is making something. There is one container, and no child of it per client or
 * event: those cost 24 to 110 microseconds each. A `get` is synchronous, so a plain variable set around it
 * tells the bindings of scoped classes where their instance belongs.
 */
export class Scopes {
  #current: SocketContext | null = null;

  /** Makes something for a context. */
  within<TResult>(ctx: SocketContext, make: () => TResult): TResult {
    const before = this.#current;
    this.#current = ctx;
    try {
      return make();
    } finally {
      this.#current = before;
    }
  }

  /** The context that something is being made for. */
  current(asker: string): SocketContext {
    if (this.#current !== null) return this.#current;
    throw new Error(`${asker} exists for a client or an event only, and was asked for outside of both`);
  }

  /** The instance of a scoped class for the present context. */
  take(target: Class, scope: 'connection' | 'event', make: () => object): object {
    const ctx = this.current(nameOf(target));
    // What lives as long as the stay must not see the one event that happened to need it first.
    const owner = scope === 'connection' ? ctx.state.context : ctx;
    return owner.instances.take(target, () => this.within(owner, make));
  }
}
