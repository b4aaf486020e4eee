import { CallSite } from '../base/call-site.js';
import type { EventContext, User as Identified } from '../metadata/context.js';
import { editMethod, type ParameterSource } from '../metadata/record.js';

/** Authenticated user of a connection; the decorator of the same name passes it to a method. */
export type User = Identified;

/**
 * Passes the payload, or a part of it.
 *
 * @param path - names of own properties joined by dots: `'user.name'`
 * @example
 * @OnEvent('rename') rename(@Payload('name') name: string, @Ctx() ctx: EventContext) {}
 */
export function Payload(path = ''): ParameterDecorator {
  const names = path === '' ? [] : path.split('.');
  return parameter('Payload', { kind: 'payload', path: names }, new CallSite(Payload));
}

/** Passes all arguments of the event as an array, parsed when the event has a schema for `args`. */
export function Args(): ParameterDecorator {
  return parameter('Args', { kind: 'args' }, new CallSite(Args));
}

/** Passes the context. */
export function Ctx(): ParameterDecorator {
  return parameter('Ctx', { kind: 'ctx' }, new CallSite(Ctx));
}

/** Passes Socket.IO's socket. */
export function ConnectedSocket(): ParameterDecorator {
  return parameter('ConnectedSocket', { kind: 'socket' }, new CallSite(ConnectedSocket));
}

/** Passes the user that auth returned. */
export function User(): ParameterDecorator {
  return parameter('User', { kind: 'user' }, new CallSite(User));
}

/**
 * Passes a function that answers the event; the return value of the method is then ignored.
 * The first call counts, an `Error` answers as if it had been thrown, and several arguments need `reply: 'raw'`.
 * Without an answer within the time limit the client gets TIMEOUT.
 *
 * @example
 * @OnEvent('job') start(@Payload() job: Job, @Ack() ack: AckFunction) { this.queue.add(job, (done) => ack(done)); }
 */
export function Ack(): ParameterDecorator {
  return parameter('Ack', { kind: 'ack' }, new CallSite(Ack));
}

/** Function that `@Ack()` passes. */
export type AckFunction = (...values: readonly unknown[]) => void;

/**
 * Makes a parameter decorator.
 *
 * @param read - takes the value out of the context; promises are awaited
 * @returns a decorator that hands its argument to `read`
 * @example
 * const Header = createParamDecorator((ctx, name: string) => ctx.handshake.headers[name]);
 * // @OnEvent('agent') agent(@Header('user-agent') agent: string) { return agent; }
 */
export function createParamDecorator<TArgs extends readonly unknown[] = []>(
  read: (ctx: EventContext, ...args: TArgs) => unknown,
): (...args: TArgs) => ParameterDecorator {
  return function Custom(...args: TArgs): ParameterDecorator {
    const source: ParameterSource = { kind: 'custom', read: (ctx: EventContext) => read(ctx, ...args) };
    return parameter('createParamDecorator', source, new CallSite(Custom));
  };
}

function parameter(decorator: string, source: ParameterSource, at: CallSite): ParameterDecorator {
  return (target, key, index) => {
    // A constructor parameter has no key; it takes an injection.
    if (key === undefined)
      throw new TypeError(`@${decorator}() decorates parameters of methods; use @inject() in a constructor`);
    editMethod(target, key).parameters.push({ index, decorator, source, at });
  };
}
