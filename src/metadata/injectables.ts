import type { Contract, ParamsArgument } from '../contract/contract.js';
import type { ConnectContext } from './context.js';
import type { NamespaceTarget, RemoteOptions } from './target.js';
import { type Token, token } from './token.js';

/**
 * Token of the context that a class of the scope `connection` or `event` was made for.
 *
 * @example
 * @Scoped('event')
 * class Audit {
 *   constructor(@inject(CurrentContext) private readonly ctx: EventContext) {}
 * }
 */
export const CurrentContext: Token<ConnectContext> = token('CurrentContext');

/**
 * Sends from anywhere in the application: `@inject(Emitter)`. It works as soon as the application listens, also
 * before the first client, and for instances of a namespace that nobody is in.
 *
 * @example
 * class Prices {
 *   constructor(@inject(Emitter) private readonly emitter: Emitter) {}
 *   publish(team: string, price: number) {
 *     this.emitter.namespace('/team/:team', { team }).to('prices').emit('price', price);
 *   }
 * }
 */
export abstract class Emitter {
  /**
   * Returns the namespace of a contract, with the types of its events.
   *
   * @param contract - result of `defineContract`
   * @param params - values of the parameters in its name, where it has any
   * @throws {GatewireError} NOT_FOUND when no gateway has that namespace, INVALID_PAYLOAD for an unfit parameter
   */
  abstract namespace<TContract extends Contract>(
    contract: TContract,
    ...params: ParamsArgument<TContract['namespace']>
  ): NamespaceTarget<TContract>;
  /**
   * Returns a namespace of the application, without types for its events.
   *
   * @param name - as declared, such as `'/team/:team'`, or the name of an instance, such as `'/team/7'`
   * @param params - values of the parameters in the name
   * @throws {GatewireError} NOT_FOUND when no gateway has that namespace, INVALID_PAYLOAD for an unfit parameter
   */
  abstract namespace(name: string, params?: Readonly<Record<string, string>>): NamespaceTarget;
  /**
   * Revokes the access of a user: all of its sockets, in all namespaces and on all nodes, get UNAUTHENTICATED and are
   * disconnected.
   *
   * @param userId - the `user.id` that auth returned
   * @returns number of sockets
   * @throws {GatewireError} INVALID_PAYLOAD when the id does not have 1 to 128 characters
   */
  abstract revoke(userId: string, options?: RemoteOptions): Promise<number>;
}
