import { readFileSync } from 'node:fs';
import { SignJWT } from 'jose';
import { ServerProcess } from '../../support/server-process.js';

const JWT_SECRET = 'a secret of the tests, at least 32 bytes long';

/** As the README of the example says. */
export const PASSWORDS = {
  ada: 'analytical engine',
  grace: 'nanosecond',
  alan: 'enigma machine',
} as const;

/** examples/secure-chat as its own process. */
export class SecureChatProcess extends ServerProcess {
  constructor(
    port: string | number,
    env: Readonly<Record<string, string>> = {},
    execArgv: readonly string[] = [],
  ) {
    super('examples/secure-chat/main.ts', port, { execArgv, env: { JWT_SECRET, ...env } });
  }

  /** The certificate that it made for itself. */
  get certificate(): string {
    return readFileSync('node_modules/.cache/secure-chat/certificate.pem', 'utf8');
  }
}

/** A token as the example signs it, or one that differs from that. */
export function tokenOf(
  id: keyof typeof PASSWORDS,
  {
    role = id === 'ada' ? 'moderator' : 'member',
    secret = JWT_SECRET,
    audience = 'secure-chat/socket',
    seconds = 60,
  } = {},
): Promise<string> {
  return new SignJWT({ name: id, role })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(id)
    .setIssuer('secure-chat')
    .setAudience(audience)
    .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds)
    .sign(new TextEncoder().encode(secret));
}
