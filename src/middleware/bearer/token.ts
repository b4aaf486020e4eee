import type { Handshake } from '../../metadata/context.js';

/** The token of a handshake: `auth.token`, which browsers can send, or the header Authorization. */
export function bearerToken({ auth, headers }: Handshake): string | undefined {
  const token = auth['token'];
  if (typeof token === 'string') return token;
  const header = headers['authorization'];
  return typeof header === 'string' ? /^Bearer +(\S+)$/i.exec(header)?.[1] : undefined;
}
