import type { IncomingMessage } from 'node:http';
import { type Place, type Problem, problem } from '../errors/boot-error.js';
import type { Proxies } from './proxies.js';

/**
 * An origin that may connect: `'https://app.example.com'`, a RegExp that is given the whole origin, or a function. One
 * that throws or rejects refuses.
 */
export type OriginRule =
  | string
  | RegExp
  | ((origin: string, request: IncomingMessage) => boolean | Promise<boolean>);

/** One rule or several; `'*'` allows every origin. */
export type Origins = OriginRule | readonly OriginRule[];

/**
 * Form of an origin: a scheme and a host, and perhaps a port; `file://` has no host. `null` is not one, and neither are
 * two at once.
 */
const WELL_FORMED = /^(?:file:\/\/|[a-z][a-z\d+.-]*:\/\/[^\s/?#,@\\]+)$/i;
/** Scheme of an origin that is the URL of a WebSocket. */
const WEBSOCKET = /^ws(?=s?:)/i;
const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;
/** No host name is longer than 253 characters. */
const MAX_LENGTH = 300;

/** Decides whose pages may connect: a browser sends the cookies of a user along with any page's WebSocket. */
export class OriginCheck {
  readonly #exact = new Set<string>();
  readonly #patterns: RegExp[] = [];
  readonly #functions: Exclude<OriginRule, string | RegExp>[] = [];
  readonly #isSameHost: boolean;

  /**
   * @param origins - undefined for the host that was asked for
   * @param allowsLoopback - whether pages of this machine may connect besides
   * @param timeoutMs - for rules that return promises
   * @param onError - told what rules throw
   */
  constructor(
    origins: Origins | undefined,
    private readonly allowsLoopback: boolean,
    private readonly proxies: Proxies,
    private readonly timeoutMs: number,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#isSameHost = origins === undefined;
    for (const rule of rulesOf(origins)) {
      if (typeof rule === 'string') this.#exact.add(browserForm(rule));
      else if (rule instanceof RegExp) this.#patterns.push(rule);
      else this.#functions.push(rule);
    }
  }

  /** Tells whether a request may go on. It never throws, and its promise never rejects. */
  allows(request: IncomingMessage): boolean | Promise<boolean> {
    const { origin: given } = request.headers;
    if (given === undefined) return !isFromOtherSite(request);
    if (this.#exact.has('*')) return true;
    if (!isOrigin(given)) return false;
    const origin = pageOrigin(given);
    if (this.#exact.has(origin)) return true;
    // Of no page: native clients write the URL that they ask for, where others leave the header out.
    if (origin !== given && this.#isOfThisHost(origin, request)) return true;
    if (this.allowsLoopback && LOOPBACK.test(origin)) return true;
    if (this.#isSameHost) return this.#isOfThisHost(origin, request);
    if (this.#patterns.some((pattern) => pattern.test(origin))) return true;
    return this.#functions.length === 0 ? false : this.#ask(origin, request);
  }

  #isOfThisHost(origin: string, request: IncomingMessage): boolean {
    const host = this.proxies.hostOf(request);
    if (host === undefined) return false;
    // Nobody may have told us of the proxy that speaks TLS, so without encryption here either scheme will do.
    const schemes = this.proxies.isSecure(request) ? ['https:'] : ['http:', 'https:'];
    return schemes.some((scheme) => origin === `${scheme}//${host}` || sameOrigin(origin, scheme, host));
  }

  #ask(origin: string, request: IncomingMessage): boolean | Promise<boolean> {
    const pending: Promise<boolean>[] = [];
    for (const rule of this.#functions) {
      try {
        const answer = rule(origin, request);
        if (answer === true) return true;
        if (typeof (answer as Promise<boolean> | undefined)?.then === 'function') {
          pending.push(Promise.resolve(answer));
        }
      } catch (error) {
        this.onError(error);
      }
    }
    return pending.length === 0 ? false : this.#any(pending);
  }

  /** True as soon as one says so; false when none did in time. */
  #any(pending: readonly Promise<boolean>[]): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.onError(new Error(`a function in \`origins\` took longer than ${this.timeoutMs} ms`));
        resolve(false);
      }, this.timeoutMs);
      let waiting = pending.length;
      const settle = (isAllowed: boolean): void => {
        waiting--;
        if (!isAllowed && waiting > 0) return;
        clearTimeout(timer);
        resolve(isAllowed);
      };
      for (const one of pending) {
        one.then(
          (answer) => settle(answer === true),
          (error) => {
            this.onError(error);
            settle(false);
          },
        );
      }
    });
  }
}

/**
 * Tells whether a browser made a request for a page of another site, or of another origin of the same site. Requests for
 * scripts, images and the like have no `Origin`. Programs have neither header, and write there what they like.
 *
 * @source https://www.w3.org/TR/fetch-metadata/ (sent to https and to this machine only)
 */
export function isFromOtherSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin === undefined && site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Lists all rules. */
export function rulesOf(origins: Origins | undefined): readonly OriginRule[] {
  if (origins === undefined) return [];
  return Array.isArray(origins) ? (origins as readonly OriginRule[]) : [origins as OriginRule];
}

/**
 * Writes the origin that a rule has to name: native clients, such as Starscream on iOS, send `ws:` for `http:` and
 * `wss:` for `https:`. No browser does.
 */
export function pageOrigin(origin: string): string {
  return origin.replace(WEBSOCKET, 'http');
}

/** Tells whether clients could send this as an origin. */
export function isOrigin(text: string): boolean {
  return text.length <= MAX_LENGTH && WELL_FORMED.test(text);
}

/** Writes an origin as browsers do: lower case, and without the port that the scheme implies. */
function browserForm(rule: string): string {
  const origin = pageOrigin(rule);
  if (!/^https?:/i.test(origin)) return origin.toLowerCase();
  try {
    return new URL(origin).origin;
  } catch {
    return origin;
  }
}

function sameOrigin(origin: string, scheme: string, host: string): boolean {
  try {
    return new URL(`${scheme}//${host}`).origin === new URL(origin).origin;
  } catch {
    return false;
  }
}

/** Finds rules that can never match, and rules that would match every origin by mistake. */
export function checkOrigins(origins: Origins | undefined, where: Place): readonly Problem[] {
  return rulesOf(origins).flatMap((rule) => {
    const fault = faultOf(rule);
    return fault === null ? [] : [problem('GW_ERR_BUILD_BAD_ORIGIN', fault, [where])];
  });
}

/** Origin of a page that no application knows. */
const FOREIGN = 'https://foreign.invalid';

/** Tells whether rules allow the pages of every site. What functions answer is not known. */
export function allowsEveryOrigin(origins: Origins | undefined): boolean {
  return rulesOf(origins).some((rule) => rule === '*' || (rule instanceof RegExp && rule.test(FOREIGN)));
}

/** Finds rules that let in more than they seem to, to warn of when the application starts. */
export function insecureOrigins(origins: Origins | undefined): readonly string[] {
  return rulesOf(origins).flatMap((rule) => {
    if (rule === '*') return ["'*' lets the pages of every site connect in the name of their visitors"];
    if (!(rule instanceof RegExp) || (rule.source.startsWith('^') && rule.source.endsWith('$'))) return [];
    return [`${rule} has no ^ and $ around it, so that longer origins match as well`];
  });
}

interface Fault {
  readonly given: string;
  readonly reason: string;
  readonly write: string;
}

function faultOf(rule: unknown): Fault | null {
  if (typeof rule === 'function') return null;
  if (rule instanceof RegExp) {
    if (!rule.global && !rule.sticky) return null;
    const write = `/${rule.source}/${rule.flags.replace(/[gy]/g, '')}`;
    return { given: String(rule), reason: 'remembers where it matched last time', write };
  }
  if (typeof rule !== 'string') {
    return {
      given: String(rule),
      reason: 'is no string, RegExp or function',
      write: "'https://app.example.com'",
    };
  }
  return faultOfText(rule);
}

function faultOfText(text: string): Fault | null {
  const given = `'${text}'`;
  if (text === '*') return null;
  if (text === 'null') {
    return {
      given,
      reason: 'is what every sandboxed page sends, of any author',
      write: 'the origin of the page',
    };
  }
  if (text.includes('*')) {
    const source = text.replace(/[.*/+?^$()[\]{}|\\]/g, (sign) =>
      sign === '*' ? '[a-z0-9-]+' : `\\${sign}`,
    );
    return { given, reason: 'has a wildcard', write: `/^${source}$/` };
  }
  const [, scheme, authority = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)/i.exec(text) ?? [];
  if (scheme === undefined) {
    const host = /^[^\s/:]+(?::\d+)?/.exec(text)?.[0] ?? 'app.example.com';
    return { given, reason: 'has no scheme', write: `'https://${host}'` };
  }
  const origin = `${scheme}://${authority.slice(authority.indexOf('@') + 1)}`;
  if (origin !== text) {
    return { given, reason: 'has more than scheme, host and port', write: `'${origin}'` };
  }
  if (isOrigin(text) && (!/^(?:https?|wss?)$/i.test(scheme) || URL.canParse(text))) return null;
  return { given, reason: 'is no origin', write: "'https://app.example.com'" };
}
