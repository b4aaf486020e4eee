import type { IncomingMessage } from 'node:http';
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

/** Form of an origin: a scheme and a host, and perhaps a port. `null` is not one, and neither are two at once. */
const WELL_FORMED = /^[a-z][a-z\d+.-]*:\/\/[^\s/?#,@\\]+$/i;
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
    const { origin } = request.headers;
    if (origin === undefined) return true; // no browser: it could write there what it likes
    if (this.#exact.has('*')) return true;
    if (origin.length > MAX_LENGTH || !WELL_FORMED.test(origin)) return false;
    if (this.#exact.has(origin)) return true;
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

/** Lists all rules. */
export function rulesOf(origins: Origins | undefined): readonly OriginRule[] {
  if (origins === undefined) return [];
  return Array.isArray(origins) ? (origins as readonly OriginRule[]) : [origins as OriginRule];
}

/** Tells whether browsers could send this as an origin. */
export function isOrigin(text: string): boolean {
  return text.length <= MAX_LENGTH && WELL_FORMED.test(text);
}

/** Writes an origin as browsers do: lower case, and without the port that the scheme implies. */
function browserForm(origin: string): string {
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
