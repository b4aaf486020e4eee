import { CallSite } from '../../base/call-site.js';
import { checkOptions, type OptionRule, oneOf, rules } from '../../base/options.js';
import { place } from '../../base/problems.js';
import { show } from '../../base/show.js';
import { stepDecorator } from '../../decorators/steps.js';
import type { Battery } from '../../metadata/battery.js';
import type { EventContext } from '../../metadata/context.js';
import { type LimitKey, limitKeyRule, limitKeyWords } from '../limit-key.js';
import { openRates, type RateOptions } from './rate-stage.js';

/** Options of `@RateLimit`. */
export interface RateLimitOptions<TContext = EventContext> {
  /** Events that are let through in `windowMs`, 1 or more. */
  readonly limit: number;
  /** Milliseconds, 1 to 2147483647. */
  readonly windowMs: number;
  /**
   * Events that may come at once before the rate holds; at least `limit`.
   * @default limit
   */
  readonly burst?: number;
  /**
   * Whose events are counted together: `'socket'` stands for a connection in one namespace, also when it leaves and enters
   * again. `'user'` needs a namespace with auth, and `'address'` counts the first 64 bits of an IPv6 address.
   * @default 'socket'
   */
  readonly per?: LimitKey<TContext, 'socket' | 'user' | 'address'>;
  /**
   * Nodes that count together: `'node'` counts on each node, `'cluster'` on all nodes in the store that they share.
   * @default 'node'
   */
  readonly scope?: 'node' | 'cluster';
  /**
   * Outcome of an event beyond the limit: answered with RATE_LIMITED, dropped when it asks for no acknowledgement, or
   * answered and its client disconnected.
   * @default 'reject'
   */
  readonly onExceed?: 'reject' | 'drop' | 'disconnect';
  /**
   * Outcome of an event when the shared store does not answer.
   * @default 'allow'
   */
  readonly whenStoreFails?: 'allow' | 'reject';
}

/**
 * Limits how often an event may come, ahead of middleware and handler. On a class, all of its events count together.
 * A client beyond the limit is answered with RATE_LIMITED and `retryAfterMs`.
 *
 * @param options - how many, in which time, counted for whom
 * @example
 * @RateLimit({ limit: 10, windowMs: 1_000 })
 * @OnEvent('message:send') send(text: string) { return this.messages.add(text); }
 */
export function RateLimit(options: RateLimitOptions<never>): ClassDecorator & MethodDecorator {
  const at = new CallSite(RateLimit);
  return stepDecorator('RateLimit', [{ kind: 'battery', battery: rateLimit, value: options, at }]);
}

const OPTIONS: Readonly<Record<keyof RateOptions, OptionRule>> = {
  limit: rules.count,
  windowMs: rules.milliseconds,
  burst: rules.count,
  per: limitKeyRule('socket', 'user', 'address'),
  scope: oneOf('node', 'cluster'),
  onExceed: oneOf('reject', 'drop', 'disconnect'),
  whenStoreFails: oneOf('allow', 'reject'),
};

const rateLimit: Battery<RateOptions> = {
  decorator: 'RateLimit',
  stage: 'rate',
  title: 'rate limit',
  position: 'arrival',

  compile(given, problems, where) {
    const checked = checkOptions<RateOptions>(given, OPTIONS, '@RateLimit', problems, where, [
      'limit',
      'windowMs',
    ]);
    const { limit = 1, windowMs = 1_000, per = 'socket', scope = 'node' } = checked;
    const { burst = limit, onExceed = 'reject', whenStoreFails = 'allow' } = checked;
    if (burst < limit) {
      const expected = `at least \`limit\`, which is ${limit}`;
      problems.add('GW_ERR_BUILD_BAD_OPTION', { option: 'burst', given: show(burst), expected }, where);
    }
    const options = Object.freeze({ limit, windowMs, burst, per, scope, onExceed, whenStoreFails });
    const label = `${limit}/${timeWords(windowMs)}`;
    return { options, label, info: `${label} ${limitKeyWords(per)}` };
  },

  checkEvent({ options, namespace, at }, { method, hasAuth }, problems) {
    if (options.per !== 'user' || hasAuth) return;
    problems.add('GW_ERR_BUILD_RATE_WITHOUT_USER', { method, namespace }, place(at, method));
  },

  open: openRates,
};

/** `s`, `min`, `5s` or `250ms`. */
function timeWords(ms: number): string {
  if (ms % 60_000 === 0) return `${ms === 60_000 ? '' : ms / 60_000}min`;
  if (ms % 1_000 === 0) return `${ms === 1_000 ? '' : ms / 1_000}s`;
  return `${ms}ms`;
}
