import { GatewireError } from '../../errors/gatewire-error.js';
import type { Authenticator, Handshake, Identity, User } from '../../metadata/context.js';
import { bearerToken } from './token.js';

/** Says whose token it is; null refuses. */
export type VerifyToken<TUser extends User> = (
  token: string,
  handshake: Handshake,
) => Identity<TUser> | null | Promise<Identity<TUser> | null>;

/**
 * Lets in who brings a token of whatever kind: in `auth.token`, or as bearer in the header Authorization.
 *
 * @param verify - says whose it is; null refuses
 * @example
 * @Gateway('/chat', { auth: bearer(async (token) => {
 *   const user = await users.byToken(token);
 *   return user && { user, expiresAt: user.tokenExpiresAt };
 * }) })
 */
export function bearer<TUser extends User>(verify: VerifyToken<TUser>): Authenticator<TUser> {
  return new Bearer(verify);
}

class Bearer<TUser extends User> implements Authenticator<TUser> {
  constructor(private readonly verify: VerifyToken<TUser>) {}

  async authenticate(handshake: Handshake): Promise<Identity<TUser>> {
    const token = bearerToken(handshake);
    if (token === undefined) throw new GatewireError('UNAUTHENTICATED', { message: 'a token is required' });
    const identity = await this.verify(token, handshake);
    if (identity !== null) return identity;
    throw new GatewireError('UNAUTHENTICATED', { message: 'the token is not valid' });
  }
}
