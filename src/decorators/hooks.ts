import { CallSite } from '../base/call-site.js';
import { editMethod, type HookKind } from '../metadata/record.js';
import { assertExperimental } from './experimental.js';

/**
 * Runs when a client was let in. It may emit and join; events of this client wait until it is done, at most
 * `limits.connectHookTimeoutMs`. A throw sends `exception` and disconnects the namespace: what must refuse
 * belongs into auth or middleware.
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
 * Runs once for each client that was let in, after it left and after `@OnConnect` settled, even if that threw.
 * It is called with the context, whose `rooms` are those at the end, and Socket.IO's reason.
 *
 * @example
 * @OnDisconnect() left(ctx: ConnectContext, reason: string) { this.sessions.delete(ctx.socket.id); }
 */
export function OnDisconnect(): MethodDecorator {
  return hook('disconnect', 'OnDisconnect', new CallSite(OnDisconnect));
}

/**
 * Handles the events that nobody else handles, instead of answering UNKNOWN_EVENT. `ctx.event` is the name.
 *
 * @example
 * @OnAnyEvent() other(payload: unknown, ctx: EventContext) { return { heard: ctx.event }; }
 */
export function OnAnyEvent(): MethodDecorator {
  return hook('any', 'OnAnyEvent', new CallSite(OnAnyEvent));
}

/**
 * Runs when another node calls `serverSideEmit` on this namespace, and answers with what it returns. The class has to be
 * a singleton: there is no client.
 *
 * @param event - name that the other node gives
 * @example
 * @OnServerSideEmit('cache:size') size(payload: unknown, ctx: ServerSideContext) { return this.cache.size; }
 */
export function OnServerSideEmit(event: string): MethodDecorator {
  return hook('server', 'OnServerSideEmit', new CallSite(OnServerSideEmit), event);
}

function hook(kind: HookKind, decorator: string, at: CallSite, event?: unknown): MethodDecorator {
  return (target: object, key: string | symbol) => {
    assertExperimental(decorator, key);
    editMethod(target, key).hooks.unshift({ kind, at, ...(kind === 'server' && { event }) });
  };
}
