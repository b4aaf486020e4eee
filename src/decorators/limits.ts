import { CallSite } from '../base/call-site.js';
import type { ConcurrencyOptions, RateLimitOptions } from '../metadata/limits.js';
import { stepDecorator } from './steps.js';

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
  return stepDecorator('RateLimit', [{ kind: 'rate', value: options, at: new CallSite(RateLimit) }]);
}

/**
 * Limits how many handlers run at the same time; the others wait in order. On a class, all of its events share the
 * limit. What waits when its socket leaves does not run.
 *
 * @param options - how many, shared by whom, and how many may wait
 * @example
 * @Concurrency({ limit: 1, per: (ctx) => String(ctx.params.document) }) // one edit of a document at a time
 * @OnEvent('edit') edit(change: Change) { return this.documents.apply(change); }
 */
export function Concurrency(options: ConcurrencyOptions<never>): ClassDecorator & MethodDecorator {
  return stepDecorator('Concurrency', [
    { kind: 'concurrency', value: options, at: new CallSite(Concurrency) },
  ]);
}
