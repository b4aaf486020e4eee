import {
  type ConnectContextOf,
  type ContextOf,
  gatewayFor,
  guardRoom,
  type PayloadsOf,
  roles,
} from 'gatewire';
import { jwt } from 'gatewire/jwt';
import * as z from 'zod';
import { chat, role } from './chat.contract.js';
import { AUDIENCE, ISSUER, Tokens } from './tokens.js';

/** The role is in the token, so that nobody can claim one. */
export const isModerator = roles('moderator');

/** The decorators of the gateway: they know the contract, and that `ctx.user` is `{ id, name, role }`. */
export const Chat = gatewayFor(chat, {
  auth: jwt((get) => ({
    secret: get(Tokens).secret, // shorter than 32 bytes: the server does not start
    issuer: ISSUER,
    audience: AUDIENCE, // a token that the same secret signed for another service is none here
    claims: z.object({ name: z.string(), role }),
  })),
  // Whoever is in a room may write there. A room that is not in this list cannot be joined at all.
  rooms: [guardRoom('lobby', () => true), guardRoom('staff', isModerator)],
});

/** What handlers and hooks get. */
export type Payload = PayloadsOf<typeof chat>;
export type Call = ContextOf<typeof Chat>;
export type Connected = ConnectContextOf<typeof Chat>;
