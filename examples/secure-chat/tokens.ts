import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Person } from './chat.contract.js';
import { settings } from './settings.js';

export const ISSUER = 'secure-chat';
export const AUDIENCE = 'secure-chat/socket';

/** Signs who somebody is, for some seconds: a token that is stolen is soon worth nothing. */
export class Tokens {
  /** Without JWT_SECRET each start makes a secret, and no token survives a restart. */
  readonly secret = new TextEncoder().encode(settings.jwtSecret ?? randomBytes(32).toString('hex'));

  issue({ id, name, role }: Person): Promise<string> {
    return new SignJWT({ name, role })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(id)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${settings.tokenSeconds}s`)
      .sign(this.secret);
  }
}
