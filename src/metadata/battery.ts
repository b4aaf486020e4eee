import type { CallSite } from '../base/call-site.js';
import type { Problems } from '../base/problems.js';
import type { Place } from '../errors/boot-error.js';
import type { RateStore } from '../stores/rates.js';
import type { SharedStore } from '../stores/shared-store.js';
import type { EventContext } from './context.js';

/**
 * Step of its own kind around events: its name and place in the chain, the checks of its options, and what it does. A
 * decorator hands it to `stepDecorator`; plan, runtime and listings know it by this interface alone.
 */
export interface Battery<TOptions = unknown> {
  /** Name of the decorator, without its `@`. */
  readonly decorator: string;
  /** Name of the stage in descriptions, such as `rate`. */
  readonly stage: string;
  /** Name of the stage in listings, such as `rate limit`. */
  readonly title: string;
  /**
   * Place in the chain: `arrival` is ahead of everything, `admitted` holds one of the calls in flight and is ahead of all
   * middleware, `middleware` stands among the middleware of its class or method.
   */
  readonly position: 'arrival' | 'admitted' | 'middleware';
  /**
   * Checks the options of one declaration, when the application is compiled.
   *
   * @param given - options as written
   * @param problems - where wrong ones go; then it does not matter what is returned
   * @param where - line of the decorator
   */
  compile(given: unknown, problems: Problems, where: Place): CompiledOptions<TOptions>;
  /** Checks one declaration against an event that it applies to. */
  checkEvent?(plan: BatteryPlan<TOptions>, event: BatteryEvent, problems: Problems): void;
  /** Opens what the declarations of one application share, when it starts. */
  open(host: BatteryHost): OpenBattery<TOptions>;
}

/** Options that passed the checks, with defaults, and the words for them. */
export interface CompiledOptions<TOptions> {
  readonly options: TOptions;
  /** Short form for tables: `10/s`. */
  readonly label: string;
  /** Line of `gatewire events --info`: `10/s per socket`. */
  readonly info: string;
}

/** One declaration of a battery, checked and frozen. */
export interface BatteryPlan<TOptions = unknown> extends CompiledOptions<TOptions> {
  readonly kind: 'battery';
  readonly battery: Battery<TOptions>;
  readonly level: 'gateway' | 'event';
  /** Namespace as declared, such as `/team/:team`. */
  readonly namespace: string;
  readonly at: CallSite;
}

/** Event that a declaration applies to. */
export interface BatteryEvent {
  /** `ChatGateway.send`. */
  readonly method: string;
  /** Whether its namespace has `auth`. */
  readonly hasAuth: boolean;
}

/** Services of a running application that batteries use. */
export interface BatteryHost {
  /** Store that all nodes share; null where there is none. */
  readonly store: SharedStore | null;
  /** Counter of rates for all nodes, of adapters that count without a store; null for the others. */
  readonly rates: RateStore | null;
}

/** A battery in a running application. */
export interface OpenBattery<TOptions = unknown> {
  /** Makes the stage of one declaration; what it counts is shared by all events of the declaration. */
  stage(plan: BatteryPlan<TOptions>): BatteryStage;
  /** Frees what was opened. */
  close?(): void;
}

/** Puts one declaration around the rest of a chain, which takes a call and gives its answer, or a promise of it. */
export type BatteryStage = <TCall extends BatteryCall>(
  next: (call: TCall) => unknown,
) => (call: TCall) => unknown;

/** One call of an event, as batteries see it. */
export interface BatteryCall {
  readonly ctx: EventContext;
  /** Whether the client asked for an acknowledgement. */
  readonly hasAck: boolean;
  /**
   * Tells whether a call that waited may go on: false when it ran out of time.
   *
   * @throws {GatewireError} UNAUTHENTICATED when the identity of its client has ended, UNAVAILABLE when it has left
   */
  mayStart(): boolean;
  /** Calls back when the socket leaves, or with null when the call ran out of time. @returns a function that takes it back */
  whenLeaving(onLeave: (reason: Error | null) => void): () => void;
  /**
   * Ends a call that asks for no acknowledgement without a word to its client; channels of calls carry the code.
   *
   * @returns the answer for the stage to return
   */
  drop(code: string): undefined;
}
