import type { Schema } from '../contract/schema.js';
import { CallSite } from '../metadata/call-site.js';
import { editMethod } from '../metadata/record.js';
import { assertExperimental } from './experimental.js';

/** Options of `@OnEvent`. */
export interface OnEventOptions {
  /** Schema of the first argument; the handler gets what it parses to. */
  readonly payload?: Schema;
  /** Schema of the list of arguments, instead of `payload`; the handler gets the parsed list. */
  readonly args?: Schema;
  /** Schema of the answer; a mismatch is the server's fault and reaches the client as INTERNAL. */
  readonly ack?: Schema;
  /**
   * Milliseconds until an unfinished handler is answered for with TIMEOUT, 1 to 2147483647.
   * @default limits.handlerTimeoutMs, which is 30000
   */
  readonly timeoutMs?: number;
  /**
   * How the acknowledgement looks: `{ ok, data }` or the bare value.
   * @default the gateway's `reply`
   */
  readonly reply?: 'envelope' | 'raw';
}

/**
 * Binds a method to an event. What it returns, or throws, becomes the acknowledgement.
 *
 * @param names - an event, an array of events, or a RegExp; exact names win over RegExps
 * @param options - schemas, time limit, shape of the reply
 * @example
 * @OnEvent('sum', { payload: z.array(z.number()) })
 * sum(numbers: number[]) {
 *   return numbers.reduce((a, b) => a + b, 0);
 * }
 */
export function OnEvent(
  names: string | RegExp | readonly (string | RegExp)[],
  options: OnEventOptions = {},
): MethodDecorator {
  const at = new CallSite(OnEvent);
  return (target: object, key: string | symbol) => {
    assertExperimental('OnEvent', key);
    editMethod(target, key).events.unshift({ names: Array.isArray(names) ? names : [names], options, at });
  };
}
