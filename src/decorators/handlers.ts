import { CallSite } from '../base/call-site.js';
import type { Schema } from '../contract/contract.js';
import { type EventDeclaration, editMethod, type HookKind } from '../metadata/record.js';
import { assertExperimental } from './experimental.js';

/** Options of `@OnEvent`. */
export interface OnEventOptions {
  /** Schema of the first argument; the handler gets the parsed value. */
  readonly payload?: Schema;
  /** Schema of the list of arguments, instead of `payload`; the handler gets the parsed list. */
  readonly args?: Schema;
  /** Schema of the answer; a mismatch is the server's fault and reaches the client as INTERNAL. */
  readonly ack?: Schema;
  /**
   * Milliseconds until a call whose handler has not finished is answered with TIMEOUT, 1 to 2147483647.
   * @default limits.handlerTimeoutMs, which is 30000
   */
  readonly timeoutMs?: number;
  /**
   * Shape of the acknowledgement: `{ ok, data }` or the bare value.
   * @default the gateway's `reply`
   */
  readonly reply?: 'envelope' | 'raw';
  /** Text for generated documents. */
  readonly description?: string;
  /** Example payloads for generated documents. */
  readonly examples?: readonly unknown[];
  /** Marks the event as one that new code should not use. */
  readonly deprecated?: boolean;
}

/**
 * Binds a method to an event. Its return value, or the error it throws, becomes the acknowledgement.
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

/**
 * Runs when a client has connected. It may emit and join; events of this client wait until it is done, at most
 * `limits.connectHookTimeoutMs`. A throw sends `exception` and disconnects the client from the namespace: to refuse
 * clients, use auth or middleware.
 *
 * @example
 * @OnConnect() async welcome(ctx: ConnectContext) { await ctx.join('lobby'); }
 */
export function OnConnect(): MethodDecorator {
  return hook('connect', 'OnConnect', new CallSite(OnConnect));
}

/**
 * Runs when a client is leaving and still in its rooms, after `@OnConnect` settled.
 * It is called with the context and Socket.IO's reason.
 *
 * @example
 * @OnDisconnecting() leaving(ctx: ConnectContext, reason: string) { ctx.to('lobby').emit('left', reason); }
 */
export function OnDisconnecting(): MethodDecorator {
  return hook('disconnecting', 'OnDisconnecting', new CallSite(OnDisconnecting));
}

/**
 * Runs once for each client that had connected, after it left and after `@OnConnect` settled, even if that threw.
 * It is called with the context, whose `rooms` are those at the end, and Socket.IO's reason.
 *
 * @example
 * @OnDisconnect() left(ctx: ConnectContext, reason: string) { this.sessions.delete(ctx.socket.id); }
 */
export function OnDisconnect(): MethodDecorator {
  return hook('disconnect', 'OnDisconnect', new CallSite(OnDisconnect));
}

/**
 * Handles the events without a handler of their own, instead of answering UNKNOWN_EVENT. `ctx.event` is the name.
 *
 * @example
 * @OnAnyEvent() other(payload: unknown, ctx: EventContext) { return { heard: ctx.event }; }
 */
export function OnAnyEvent(): MethodDecorator {
  return hook('any', 'OnAnyEvent', new CallSite(OnAnyEvent));
}

/**
 * Runs when another node calls `serverSideEmit` on this namespace; its return value is the answer. The class has to be a
 * singleton: there is no client.
 *
 * @param event - name that the other node gives
 * @example
 * @OnServerSideEmit('cache:size') size(payload: unknown, ctx: ServerSideContext) { return this.cache.size; }
 */
export function OnServerSideEmit(event: string): MethodDecorator {
  return hook('server', 'OnServerSideEmit', new CallSite(OnServerSideEmit), event);
}

/** Records one `@OnEvent`, plain or of a kit. */
export function eventDecorator(declaration: EventDeclaration): MethodDecorator {
  return (target: object, key: string | symbol) => {
    assertExperimental('OnEvent', key, declaration.at);
    editMethod(target, key).events.unshift(declaration);
  };
}

function hook(kind: HookKind, decorator: string, at: CallSite, event?: unknown): MethodDecorator {
  return (target: object, key: string | symbol) => {
    assertExperimental(decorator, key, at);
    editMethod(target, key).hooks.unshift({ kind, at, ...(kind === 'server' && { event }) });
  };
}
