/**
 * Auth by the cookies of express-session.
 *
 * @module gatewire/session
 */
import { parseCookie } from 'cookie';
import { unsign } from 'cookie-signature';
import { withDeadline } from '../../base/deadline.js';
import { GatewireError } from '../../errors/gatewire-error.js';
import type { Authenticator, AuthMaker, Handshake, Identity, User } from '../../metadata/context.js';
import type { Get } from '../../metadata/token.js';

/** Part of a store of express-session that is used, such as MemoryStore or connect-redis. */
export interface SessionStore<TSession> {
  /** Calls back with the session of an id, or without one when there is none. */
  get(id: string, callback: (error: unknown, session?: TSession | null) => void): void;
}

/** Options of `session`. */
export interface SessionOptions<TSession extends object, TUser extends User> {
  /** Store of express-session. */
  readonly store: SessionStore<TSession>;
  /** Secret of express-session; several while one replaces the other. */
  readonly secret: string | readonly string[] | undefined;
  /**
   * Name of the cookie.
   * @default 'connect.sid'
   */
  readonly name?: string;
  /** Takes the user out of a session; null or undefined refuses. */
  readonly user: (session: TSession) => TUser | null | undefined;
  /**
   * Time limit in milliseconds for the store; after it the client is refused with UNAVAILABLE.
   * @default 3000
   */
  readonly timeoutMs?: number;
}

/**
 * Authenticates clients by the cookie of a session of express-session. Browsers send cookies to their origin from any
 * page; the origin check of gatewire keeps other pages out.
 *
 * @param options - store, secret and the user of a session, or a function of the container that returns them
 * @example
 * const auth = session({ store, secret: process.env['SESSION_SECRET'], user: ({ user }) => user });
 */
export function session<TSession extends object, TUser extends User>(
  options: SessionOptions<TSession, TUser> | ((get: Get) => SessionOptions<TSession, TUser>),
): AuthMaker<TUser> {
  return {
    label: 'session',
    usesCookies: true,
    make: (get) => new SessionAuthenticator(typeof options === 'function' ? options(get) : options),
  };
}

/** Data of express-session about the cookie of a session. */
interface WithCookie {
  readonly cookie?: { readonly expires?: string | Date | null };
}

class SessionAuthenticator<TSession extends object, TUser extends User> implements Authenticator<TUser> {
  readonly #secrets: readonly string[];

  constructor(private readonly options: SessionOptions<TSession, TUser>) {
    const { secret, store } = options;
    this.#secrets = Array.isArray(secret) ? secret : [secret as string];
    const isUsable =
      this.#secrets.length > 0 && this.#secrets.every((one) => typeof one === 'string' && one !== '');
    if (!isUsable) throw new TypeError('session: `secret` is missing');
    if (typeof store?.get !== 'function') throw new TypeError('session: `store` has no get(id, callback)');
  }

  async authenticate({ headers }: Handshake): Promise<Identity<TUser>> {
    const id = this.#idOf(headers['cookie']);
    const found = id === null ? null : await this.#load(id);
    const user = found && this.options.user(found);
    if (user === null || user === undefined) {
      throw new GatewireError('UNAUTHENTICATED', { message: 'there is no session' });
    }
    const { cookie } = found as WithCookie;
    return cookie?.expires ? { user, expiresAt: new Date(cookie.expires) } : { user };
  }

  /** Reads the id of the session; null without a cookie that is signed by one of the secrets. */
  #idOf(header: string | string[] | undefined): string | null {
    if (typeof header !== 'string') return null;
    const value = parseCookie(header)[this.options.name ?? 'connect.sid'];
    if (value === undefined || !value.startsWith('s:')) return null;
    for (const secret of this.#secrets) {
      const id = unsign(value.slice(2), secret);
      if (id !== false) return id;
    }
    return null;
  }

  async #load(id: string): Promise<TSession | null> {
    const { store, timeoutMs = 3_000 } = this.options;
    const found = new Promise<TSession | null>((resolve, reject) => {
      store.get(id, (error, session) => (error ? reject(error) : resolve(session ?? null)));
    });
    try {
      return await withDeadline(found, timeoutMs, () => new Error(`no answer within ${timeoutMs} ms`));
    } catch (cause) {
      throw new GatewireError('UNAVAILABLE', { message: 'the session store is unavailable', cause });
    }
  }
}
