import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Person } from './chat.contract.js';

interface Account {
  readonly person: Person;
  /** Salt and hash. Whoever reads them cannot sign in with them. */
  readonly password: string;
}

// The passwords are in the README and in the page. In an application of yours this is a table of its database.
const accounts: ReadonlyMap<string, Account> = new Map([
  [
    'ada',
    {
      person: { id: 'ada', name: 'Ada', role: 'moderator' },
      password: 'ZS9hKUBYkbmtntGkPwWj3A._ShNnmqcu1pgR_j-OCsiBODzUB3gEdgWyUfYMqmKjW4',
    },
  ],
  [
    'grace',
    {
      person: { id: 'grace', name: 'Grace', role: 'member' },
      password: 'U-aRC_ib0Seur7gy57meQg.y91d6TNihERc7Qc-zBFGPLQFxcIt_Wkn2VOkQZQRLGM',
    },
  ],
  [
    'alan',
    {
      person: { id: 'alan', name: 'Alan', role: 'member' },
      password: '_xitcEGP9Az_kQNH64s9PA.1WhRUcGL-bJrS1AzyRJxV0OxT98P4eJkxHMmbjRU158',
    },
  ],
]);

// One of the settings that OWASP advises for scrypt: 32 MB and some 200 ms for each guess.
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 };
const HASH_BYTES = 32;

/** Checks the password of nobody, in the time that one of somebody takes. */
const NOBODY = `${randomBytes(16).toString('base64url')}.${randomBytes(HASH_BYTES).toString('base64url')}`;

/** Knows who may sign in, and who was removed; a restart forgets the latter. */
export class Accounts {
  private readonly removed = new Set<string>();

  find(id: string): Person | null {
    return accounts.get(id)?.person ?? null;
  }

  remove(id: string): void {
    this.removed.add(id);
  }

  isRemoved(id: string): boolean {
    return this.removed.has(id);
  }

  /** @returns who has this id and password; null when nobody has */
  async check(id: string, password: string): Promise<Person | null> {
    const account = accounts.get(id);
    // Also without an account: how long it takes must not tell which ones there are.
    const isRight = await matches(password, account?.password ?? NOBODY);
    return isRight ? (account?.person ?? null) : null;
  }
}

function matches(password: string, stored: string): Promise<boolean> {
  const [salt = '', hash = ''] = stored.split('.').map((part) => Buffer.from(part, 'base64url'));
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, COST, (error, made) => {
      if (error) reject(error);
      else resolve(timingSafeEqual(made, hash as Buffer));
    });
  });
}
