import type { ConnectContext } from './context.js';
import { type Token, token } from './token.js';

/**
 * Gives a class in the scope `connection` or `event` the context it was made for.
 *
 * @example
 * @Scoped('event')
 * class Audit {
 *   constructor(@inject(CurrentContext) private readonly ctx: EventContext) {}
 * }
 */
export const CurrentContext: Token<ConnectContext> = token('CurrentContext');
