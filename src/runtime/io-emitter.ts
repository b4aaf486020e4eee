import type { Server } from 'socket.io';
import { GatewireError } from '../errors/gatewire-error.js';
import { Emitter } from '../metadata/emitter.js';
import type { NamespaceTarget } from '../metadata/target.js';
import type { AppPlan } from '../plan/types.js';
import { WholeNamespace } from './target.js';

/** The emitter of an application on one node. */
export class IoEmitter extends Emitter {
  #plan: AppPlan | null = null;

  constructor(private readonly io: Server) {
    super();
  }

  /** The namespaces are there from now on, with their auth. Before that, naming one would make it without. */
  open(plan: AppPlan): void {
    this.#plan = plan;
  }

  namespace(name: string, params: Readonly<Record<string, string>> = {}): NamespaceTarget {
    if (this.#plan === null)
      throw new Error('the emitter works once the application listens, not in a constructor');
    const instance = fill(name, params);
    const known = this.#plan.namespaces.some(({ name: declared, pattern }) =>
      pattern === null ? declared === instance : pattern.test(instance),
    );
    const { io } = this;
    if (known)
      return new WholeNamespace({
        get nsp() {
          return io.of(instance);
        },
      });
    const isPattern = this.#plan.namespaces.some((namespace) => namespace.name === name && namespace.pattern);
    throw isPattern
      ? new GatewireError('INVALID_PAYLOAD', { message: 'these parameters make no name of a namespace' })
      : new GatewireError('NOT_FOUND', { message: 'there is no such namespace' });
  }
}

/** `/team/:team` with `{ team: '7' }` is `/team/7`; what is missing stays, and then fits no pattern. */
function fill(name: string, params: Readonly<Record<string, string>>): string {
  return String(name).replace(/:([A-Za-z_][A-Za-z0-9_]*)/g, (whole, key: string) =>
    Object.hasOwn(params, key) ? String(params[key]) : whole,
  );
}
