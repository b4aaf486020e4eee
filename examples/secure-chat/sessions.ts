import { createHash, randomBytes } from 'node:crypto';

/** How long somebody stays signed in, in seconds: a working day. */
export const SESSION_SECONDS = 8 * 60 * 60;
const PER_PERSON = 10;

interface Session {
  readonly personId: string;
  readonly until: number;
}

/** Keeps who is signed in, by the secret in their cookie; in memory. */
export class Sessions {
  /** By the hash of the secret: whoever reads this table can sign in as nobody. */
  private readonly all = new Map<string, Session>();

  /** Ends the oldest session of somebody who has ten. @returns the secret for the cookie */
  open(personId: string): string {
    const own = [...this.all].filter(([, session]) => session.personId === personId);
    const [oldest] = own;
    if (oldest && own.length >= PER_PERSON) this.all.delete(oldest[0]);
    const secret = randomBytes(32).toString('base64url');
    this.all.set(hash(secret), { personId, until: Date.now() + SESSION_SECONDS * 1_000 });
    return secret;
  }

  /** @returns the id of who has this secret; null when nobody has, or too long ago */
  find(secret: string): string | null {
    const session = this.all.get(hash(secret));
    return session && session.until > Date.now() ? session.personId : null;
  }

  close(secret: string): void {
    this.all.delete(hash(secret));
  }

  closeAll(personId: string): void {
    for (const [key, session] of this.all) if (session.personId === personId) this.all.delete(key);
  }
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
