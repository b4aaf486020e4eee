import { CallSite } from '../base/call-site.js';
import type { Schema } from '../contract/schema.js';
import { type EventDeclaration, editMethod } from '../metadata/record.js';
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
  /** Shown in generated documents. */
  readonly description?: string;
  /** Payloads, shown in generated documents. */
  readonly examples?: readonly unknown[];
  /** Marks the event as one that new code should not use. */
  readonly deprecated?: boolean;
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
  const all = Array.isArray(names) ? names : [names];
  return eventDecorator({ names: all, options, contract: null, at: new CallSite(OnEvent) });
}

/** Writes down one `@OnEvent`, plain or of a kit. */
export function eventDecorator(declaration: EventDeclaration): MethodDecorator {
  return (target: object, key: string | symbol) => {
    assertExperimental('OnEvent', key);
    editMethod(target, key).events.unshift(declaration);
  };
}
