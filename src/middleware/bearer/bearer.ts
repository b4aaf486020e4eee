import { GatewireError } from '../../errors/gatewire-error.js';
import type { Authenticator, AuthMaker, Handshake, Identity, User } from '../../metadata/context.js';

/** User of a token, alone or with `expiresAt`; null refuses. An object with a member `user` is an identity. */
export type TokenOwner<TUser extends User> = Identity<TUser> | TUser | null | undefined;

/** Function that finds the owner of a token. */
export type VerifyToken<TUser extends User> = (
  token: string,
  handshake: Handshake,
) => TokenOwner<TUser> | Promise<TokenOwner<TUser>>;

/**
 * Authenticates clients by a token of any kind, in `auth.token` or as bearer in the header Authorization.
 *
 * @param verify - finds the owner, and until when the token holds; null refuses
 * @example
 * @Gateway('/chat', { auth: bearer(async (token) => {
 *   const user = await users.byToken(token);
 *   return user && { user, expiresAt: user.tokenExpiresAt };
 * }) })
 */
export function bearer<TUser extends User>(verify: VerifyToken<TUser>): AuthMaker<TUser> {
  return {
    label: 'bearer',
    make() {
      if (typeof verify !== 'function') throw new TypeError(`bearer: ${String(verify)} is not a function`);
      return new Bearer(verify);
    },
  };
}

/** Reads the token of a handshake: `auth.token`, which browsers can send, or the header Authorization. */
export function bearerToken({ auth, headers }: Handshake): string | undefined {
  const token = auth['token'];
  if (typeof token === 'string') return token;
  const header = headers['authorization'];
  return typeof header === 'string' ? /^Bearer +(\S+)$/i.exec(header)?.[1] : undefined;
}

class Bearer<TUser extends User> implements Authenticator<TUser> {
  constructor(private readonly verify: VerifyToken<TUser>) {}

  async authenticate(handshake: Handshake): Promise<Identity<TUser>> {
    const token = bearerToken(handshake);
    if (token === undefined) throw new GatewireError('UNAUTHENTICATED', { message: 'a token is required' });
    const owner = await this.verify(token, handshake);
    if (typeof owner === 'object' && owner !== null) return isIdentity(owner) ? owner : { user: owner };
    throw new GatewireError('UNAUTHENTICATED', { message: 'the token is not valid' });
  }
}

function isIdentity<TUser extends User>(owner: Identity<TUser> | TUser): owner is Identity<TUser> {
  return 'user' in owner;
}
