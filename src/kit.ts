import { CallSite } from './base/call-site.js';
import type { Contract } from './contract/contract.js';
import type {
  ClientToServer,
  ErrorCodeOf,
  ErrorDetailsIn,
  HandlerAnswer,
  HandlerPayload,
} from './contract/events.js';
import type { TopicPattern } from './contract/topics.js';
import { type GatewayOptions, gatewayDecorator } from './decorators/gateway.js';
import {
  eventDecorator,
  OnAnyEvent,
  OnConnect,
  OnDisconnect,
  OnDisconnecting,
  type OnEventOptions,
} from './decorators/handlers.js';
import { Guard, Use } from './decorators/steps.js';
import { type TopicOptions, topicDecorator } from './decorators/topics.js';
import { GatewireError, type GatewireErrorOptions } from './errors/gatewire-error.js';
import type { ConnectContext, EventContext, User } from './metadata/context.js';
import type { Check, RoomParams, Usable } from './metadata/steps.js';
import type { TopicContext } from './metadata/topics.js';
import { Concurrency, type ConcurrencyOptions } from './middleware/concurrency/concurrency.js';
import { RateLimit, type RateLimitOptions } from './middleware/rate-limit/rate-limit.js';

type Method = (...args: never[]) => unknown;
type StepDecorator = ClassDecorator & MethodDecorator;

/** Type that a fitting handler has; of another one, an object whose one key names the fault. */
type Fits<TMethod, TEvent extends string, TPayload, TAnswer, TContext> = TMethod extends (
  ...args: infer TArgs
) => infer TReturned
  ? TArgs extends readonly [unknown, unknown, unknown, ...unknown[]]
    ? { [K in `the handler of "${TEvent}" takes (payload, ctx)`]: TArgs }
    : [TPayload] extends [TArgs extends readonly [] ? TPayload : TArgs[0]]
      ? [TContext] extends [TArgs extends readonly [unknown, infer TOwn] ? TOwn : TContext]
        ? [Awaited<TReturned>] extends [TAnswer]
          ? unknown
          : {
              [K in `return value of the handler of "${TEvent}"`]: {
                contract: TAnswer;
                method: Awaited<TReturned>;
              };
            }
        : { [K in `ctx of the handler of "${TEvent}" is of another contract or auth`]: true }
      : { [K in `payload of the handler of "${TEvent}"`]: { contract: TPayload; method: TArgs[0] } }
  : never;

type EventDecorator<TEvent extends string, TPayload, TAnswer, TContext> = <TMethod extends Method>(
  target: object,
  key: string | symbol,
  method: TypedPropertyDescriptor<TMethod> & Fits<TMethod, TEvent, TPayload, TAnswer, TContext>,
) => void;

type HookDecorator<TArguments extends readonly unknown[]> = <
  TMethod extends (...args: [...TArguments]) => unknown,
>(
  target: object,
  key: string | symbol,
  method: TypedPropertyDescriptor<TMethod>,
) => void;

/** Options of a kit's `OnEvent`; schemas and texts for documents come from the contract. */
export type KitEventOptions = Pick<OnEventOptions, 'timeoutMs' | 'reply'>;

/** Decorators of gatewire, with the types of one contract, its auth and its data. */
export interface GatewayKit<TContract extends Contract, TUser, TData> {
  readonly contract: TContract;
  /** Binds a class to the namespace of the contract. The events may be spread over several classes. */
  Gateway(): ClassDecorator;
  /** Binds a method to an event that clients send. Payload and answer are checked by the compiler and at run time. */
  OnEvent<TEvent extends keyof ClientToServer<TContract> & string>(
    event: TEvent,
    options?: KitEventOptions,
  ): EventDecorator<
    TEvent,
    HandlerPayload<ClientToServer<TContract>[TEvent]>,
    HandlerAnswer<ClientToServer<TContract>[TEvent]>,
    EventContext<TContract, TUser, TData>
  >;
  /**
   * Declares a topic of the contract, and binds the method that authorizes subscriptions; its value, where it returns one,
   * becomes that of a topic which has none.
   */
  OnSubscribe<const TPattern extends TopicPattern<TContract>>(
    pattern: TPattern,
    options?: TopicOptions,
  ): HookDecorator<[ctx: TopicContext<TContract, TUser, TData>, params: RoomParams<TPattern>]>;
  /** Same as the plain `@OnConnect`. */
  OnConnect(): HookDecorator<[ctx: ConnectContext<TContract, TUser, TData>]>;
  /** Same as the plain `@OnDisconnecting`. */
  OnDisconnecting(): HookDecorator<[ctx: ConnectContext<TContract, TUser, TData>, reason: string]>;
  /** Same as the plain `@OnDisconnect`. */
  OnDisconnect(): HookDecorator<[ctx: ConnectContext<TContract, TUser, TData>, reason: string]>;
  /** Same as the plain `@OnAnyEvent`: events that are not in the contract. */
  OnAnyEvent(): HookDecorator<[payload: unknown, ctx: EventContext<TContract, TUser, TData>]>;
  /** Same as the plain `@Use`. */
  Use(...use: readonly Usable[]): StepDecorator;
  /** Same as the plain `@Guard`, with the types of the contract's context. */
  Guard(check: Check<EventContext<TContract, TUser, TData>>): StepDecorator;
  /** Same as the plain `@RateLimit`. */
  RateLimit(options: RateLimitOptions<EventContext<TContract, TUser, TData>>): StepDecorator;
  /** Same as the plain `@Concurrency`. */
  Concurrency(options: ConcurrencyOptions<EventContext<TContract, TUser, TData>>): StepDecorator;
  /**
   * Makes one of the contract's own errors, to be thrown.
   *
   * @param code - one of the keys of the contract's `errors`
   * @param details - what the schema of that code accepts; they reach the client as they are
   */
  error<TCode extends ErrorCodeOf<TContract>>(
    code: TCode,
    details: ErrorDetailsIn<TContract, TCode>,
    options?: Omit<GatewireErrorOptions, 'details'>,
  ): GatewireError<TCode, ErrorDetailsIn<TContract, TCode>>;
}

/**
 * Makes decorators with the types of a contract. A wrong payload, return value, event name or context does not compile.
 *
 * @param contract - result of `defineContract`
 * @param options - auth, first data and shape of the replies, as for the plain `@Gateway`
 * @example
 * const Chat = gatewayFor(chat, { auth: signedIn });
 * type Context = ContextOf<typeof Chat>;
 *
 * @Chat.Gateway()
 * class ChatGateway {
 *   @Chat.OnEvent('message:send')
 *   send({ text }: PayloadsOf<typeof chat>['message:send'], ctx: Context) {
 *     ctx.broadcast.emit('message:new', { id: '1', text });
 *     return { id: '1' };
 *   }
 * }
 */
export function gatewayFor<const TContract extends Contract, TUser extends User = never, TData = unknown>(
  contract: TContract,
  options: GatewayOptions<TUser, TData> = {},
): GatewayKit<TContract, [TUser] extends [never] ? undefined : TUser, TData> {
  const namespace = (contract as TContract | undefined)?.namespace;
  const kit = {
    contract,
    Gateway: () => gatewayDecorator({ namespace, options, contract, at: new CallSite(kit.Gateway) }),
    OnEvent: (event: string, own: KitEventOptions = {}) =>
      eventDecorator({ names: [event], options: own, contract, at: new CallSite(kit.OnEvent) }),
    OnSubscribe: (pattern: string, own: TopicOptions = {}) =>
      topicDecorator({ pattern, options: own, contract, at: new CallSite(kit.OnSubscribe) }),
    OnConnect,
    OnDisconnecting,
    OnDisconnect,
    OnAnyEvent,
    Use,
    Guard,
    RateLimit,
    Concurrency,
    error: (code: string, details: unknown, own: object = {}) => new GatewireError(code, { ...own, details }),
  };
  return kit as unknown as GatewayKit<TContract, [TUser] extends [never] ? undefined : TUser, TData>;
}

/** Context of a kit's event handlers. */
export type ContextOf<TKit> =
  TKit extends GatewayKit<infer TContract, infer TUser, infer TData>
    ? EventContext<TContract, TUser, TData>
    : never;

/** Context of the methods of a kit that authorize subscriptions. */
export type TopicContextOf<TKit> =
  TKit extends GatewayKit<infer TContract, infer TUser, infer TData>
    ? TopicContext<TContract, TUser, TData>
    : never;

/** Context of a kit's connect and disconnect hooks. */
export type ConnectContextOf<TKit> =
  TKit extends GatewayKit<infer TContract, infer TUser, infer TData>
    ? ConnectContext<TContract, TUser, TData>
    : never;
