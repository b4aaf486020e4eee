import { type ConnectContextOf, type ContextOf, gatewayFor, type PayloadsOf } from 'gatewire';
import { chat } from './chat.contract.js';
import { TokenAuth } from './tokens.js';

/** The decorators of both gateways: they know the contract, and that `ctx.user` is a person. */
export const Chat = gatewayFor(chat, { auth: TokenAuth });

/** What handlers and hooks get. */
export type Payload = PayloadsOf<typeof chat>;
export type Call = ContextOf<typeof Chat>;
export type Connected = ConnectContextOf<typeof Chat>;

/**
 * What somebody may send on all of their devices together: a message a second, and 20 at once, because a page that
 * was offline sends all that was written meanwhile.
 */
export const WRITING = { limit: 5, windowMs: 5_000, burst: 20, per: 'user' } as const;
