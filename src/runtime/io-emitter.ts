import type { Server } from 'socket.io';
import type { Contract } from '../contract/contract.js';
import { Emitter } from '../metadata/injectables.js';
import type { NamespaceTarget, RemoteOptions } from '../metadata/target.js';
import { findNamespace } from './namespace-instances.js';
import type { Revocations } from './revocations.js';
import { WholeNamespace } from './target.js';
import type { CompiledNamespace } from './types.js';

/** The emitter of an application on one node. */
export class IoEmitter extends Emitter {
  #namespaces: readonly CompiledNamespace[] | null = null;

  constructor(
    private readonly io: Server,
    private readonly revocations: Revocations,
  ) {
    super();
  }

  /** The namespaces are there from now on, with their auth. Before that, naming one would make it without. */
  open(namespaces: readonly CompiledNamespace[]): void {
    this.#namespaces = namespaces;
  }

  override namespace<TContract extends Contract>(
    contract: TContract,
    ...params: readonly unknown[]
  ): NamespaceTarget<TContract>;
  override namespace(name: string, params?: Readonly<Record<string, string>>): NamespaceTarget;
  override namespace(
    given: string | Contract,
    params: Readonly<Record<string, string>> = {},
  ): NamespaceTarget {
    if (this.#namespaces === null)
      throw new Error('the emitter works once the application listens, not in a constructor');
    const { bound, instance } = findNamespace(this.#namespaces, given, params);
    const { io } = this;
    return new WholeNamespace({
      outgoing: bound.outgoing,
      operations: bound.operations,
      get nsp() {
        return io.of(instance);
      },
    });
  }

  override revoke(userId: string, options?: RemoteOptions): Promise<number> {
    return this.revocations.revoke(userId, options);
  }
}
