import { parseCookie } from 'cookie';
import express, {
  type CookieOptions,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import * as z from 'zod';
import type { Accounts } from './accounts.js';
import { Attempts } from './attempts.js';
import type { Person } from './chat.contract.js';
import { SESSION_SECONDS, type Sessions } from './sessions.js';
import { settings } from './settings.js';
import type { Tokens } from './tokens.js';

/**
 * `__Host-`: the browser takes it over https only, and from no other host. HttpOnly: no script reads it, an injected one
 * neither. SameSite=Strict: it does not come along when another site's page asks.
 */
const COOKIE = '__Host-session';
const COOKIE_RULES: CookieOptions = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' };

const MAX_BODY_BYTES = 1_000;

const credentials = z.object({
  name: z.string().trim().toLowerCase().max(64),
  password: z.string().max(128),
});

/** What the routes share with the gateway. */
export interface Shared {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
}

/** The three routes that give tokens out and take sessions back. */
export function signInRoutes({ accounts, sessions, tokens }: Shared): Router {
  const attempts = new Attempts();

  /** Name and password in, a short-lived token and a cookie out. */
  async function signIn({ body, socket }: Request, response: Response): Promise<unknown> {
    const { data } = credentials.safeParse(body);
    if (data === undefined) return refuse(response, 400, 'a name and a password are needed');
    const { name, password } = data;
    // Of the proxy, where there is one in front: then take the client's from a header that only the proxy can set.
    const address = socket.remoteAddress ?? '';
    const account = accounts.find(name)?.id ?? '';
    const seconds = attempts.count(address, account);
    if (seconds > 0) {
      response.set('retry-after', String(seconds));
      return refuse(response, 429, `too many attempts; wait ${seconds} seconds`);
    }
    const person = await accounts.check(name, password);
    // One answer for both: which names there are is nobody's business.
    if (person === null) return refuse(response, 401, 'the name or the password is wrong');
    attempts.succeeded(address, account);
    if (accounts.isRemoved(person.id)) return refuse(response, 403, 'a moderator has removed you');
    const maxAge = SESSION_SECONDS * 1_000;
    response.cookie(COOKIE, sessions.open(person.id), { ...COOKIE_RULES, maxAge });
    return answerToken(response, person);
  }

  /** The cookie in, another token out. The role is looked up anew: a change of it counts within a token's life. */
  async function refresh(request: Request, response: Response): Promise<unknown> {
    const id = sessions.find(secretOf(request));
    const person = id === null ? null : accounts.find(id);
    if (person === null) return response.json({}); // that nobody is signed in is no error
    return answerToken(response, person);
  }

  function signOut(request: Request, response: Response): void {
    sessions.close(secretOf(request));
    response.clearCookie(COOKIE, COOKIE_RULES).json({});
  }

  async function answerToken(response: Response, person: Person): Promise<unknown> {
    return response.json({ token: await tokens.issue(person), seconds: settings.tokenSeconds });
  }

  const body = [onlyJson, express.json({ limit: MAX_BODY_BYTES })];
  return Router()
    .post('/sign-in', body, signIn)
    .post('/refresh', body, refresh)
    .post('/sign-out', body, signOut);
}

/** Another site's page cannot send this type without asking first, and this server never allows it. */
const onlyJson: RequestHandler = (request, response, next) => {
  response.set('cache-control', 'no-store'); // a token stays in no cache
  if (request.is('application/json')) next();
  else refuse(response, 415, 'only application/json');
};

function refuse(response: Response, status: number, error: string): Response {
  return response.status(status).json({ error });
}

function secretOf({ headers }: Request): string {
  return parseCookie(headers.cookie ?? '')[COOKIE] ?? '';
}
