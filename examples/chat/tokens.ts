import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { type Authenticator, GatewireError, type Handshake, type Identity, inject } from 'gatewire';
import * as z from 'zod';
import type { Person } from './chat.contract.js';
import { personName } from './people.js';

const VALID_MS = 24 * 60 * 60 * 1000;

const contents = z.object({ id: z.uuid(), name: personName, until: z.number() });

/** Signs who somebody is, so that the server need not remember it. */
export class Tokens {
  // Without CHAT_SECRET each start makes a secret, and people sign in again after a restart.
  private readonly secret = process.env['CHAT_SECRET'] || randomBytes(32);

  /** Makes a person and the token that proves to be them for 24 hours. */
  issue(name: string): { readonly token: string; readonly person: Person } {
    const person = { id: randomUUID(), name };
    const body = encode(JSON.stringify({ ...person, until: Date.now() + VALID_MS }));
    return { token: `${body}.${encode(this.sign(body))}`, person };
  }

  /** @returns who the token was issued to; null when it is invalid, or too old */
  verify(token: unknown): Person | null {
    if (typeof token !== 'string') return null;
    const [body = '', signature = ''] = token.split('.');
    const expected = this.sign(body);
    const given = Buffer.from(signature, 'base64url');
    // In constant time: how long a comparison takes must not tell how much of a forged signature is right.
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const { id, name, until } = contents.parse(JSON.parse(Buffer.from(body, 'base64url').toString()));
    return until > Date.now() ? { id, name } : null;
  }

  private sign(body: string): Buffer {
    return createHmac('sha256', this.secret).update(body).digest();
  }
}

/** Lets in whoever brings a token. What it returns is `ctx.user`. */
export class TokenAuth implements Authenticator<Person> {
  constructor(@inject(Tokens) private readonly tokens: Tokens) {}

  authenticate({ auth }: Handshake): Identity<Person> {
    const user = this.tokens.verify(auth['token']);
    if (user === null) throw new GatewireError('UNAUTHENTICATED', { message: 'the token is not valid' });
    return { user };
  }
}

function encode(data: string | Buffer): string {
  return Buffer.from(data).toString('base64url');
}
