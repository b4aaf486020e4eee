import type { IncomingMessage } from 'node:http';
import { parseCookie } from 'cookie';
import * as z from 'zod';
import type { Accounts } from './accounts.js';
import { Attempts } from './attempts.js';
import type { Person } from './chat.contract.js';
import type { Answer, Post } from './post.js';
import { SESSION_SECONDS, type Sessions } from './sessions.js';
import { settings } from './settings.js';
import type { Tokens } from './tokens.js';

/**
 * `__Host-`: the browser takes it over https only, and from no other host. HttpOnly: no script reads it, an injected one
 * neither. SameSite=Strict: it does not come along when another site's page asks.
 */
const COOKIE = '__Host-session';
const COOKIE_RULES = 'Path=/; Secure; HttpOnly; SameSite=Strict';

const credentials = z.object({
  name: z.string().trim().toLowerCase().max(64),
  password: z.string().max(128),
});

/** What the endpoints share with the gateway. */
export interface Shared {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
}

/** The three endpoints that give tokens out and take sessions back, by their path. */
export function signInEndpoints({ accounts, sessions, tokens }: Shared): ReadonlyMap<string, Post> {
  const attempts = new Attempts();

  /** Name and password in, a short-lived token and a cookie out. */
  async function signIn(body: unknown, { socket }: IncomingMessage): Promise<Answer> {
    const { data } = credentials.safeParse(body);
    if (data === undefined) return refused(400, 'a name and a password are needed');
    const { name, password } = data;
    // Of the proxy, where there is one in front: then take the client's from a header that only the proxy can set.
    const address = socket.remoteAddress ?? '';
    const account = accounts.find(name)?.id ?? '';
    const seconds = attempts.count(address, account);
    if (seconds > 0)
      return refused(429, `too many attempts; wait ${seconds} seconds`, { 'retry-after': seconds });
    const person = await accounts.check(name, password);
    // One answer for both: which names there are is nobody's business.
    if (person === null) return refused(401, 'the name or the password is wrong');
    attempts.succeeded(address, account);
    if (accounts.isRemoved(person.id)) return refused(403, 'a moderator has removed you');
    return withToken(person, cookie(sessions.open(person.id), SESSION_SECONDS));
  }

  /** The cookie in, another token out. The role is looked up anew: a change of it counts within a token's life. */
  function refresh(_body: unknown, request: IncomingMessage): Answer | Promise<Answer> {
    const id = sessions.find(secretOf(request));
    const person = id === null ? null : accounts.find(id);
    return person === null ? { status: 200 } : withToken(person); // that nobody is signed in is no error
  }

  function signOut(_body: unknown, request: IncomingMessage): Answer {
    sessions.close(secretOf(request));
    return { status: 200, headers: cookie('', 0) };
  }

  async function withToken(person: Person, headers: Answer['headers'] = {}): Promise<Answer> {
    const value = { token: await tokens.issue(person), seconds: settings.tokenSeconds };
    return { status: 200, value, headers };
  }

  return new Map<string, Post>([
    ['/sign-in', signIn],
    ['/refresh', refresh],
    ['/sign-out', signOut],
  ]);
}

function refused(status: number, error: string, headers: Answer['headers'] = {}): Answer {
  return { status, value: { error }, headers };
}

function cookie(secret: string, seconds: number) {
  return { 'set-cookie': `${COOKIE}=${secret}; ${COOKIE_RULES}; Max-Age=${seconds}` };
}

function secretOf({ headers }: IncomingMessage): string {
  return parseCookie(headers.cookie ?? '')[COOKIE] ?? '';
}
