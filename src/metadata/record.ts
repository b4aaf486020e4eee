import 'reflect-metadata';
import type { CallSite } from '../base/call-site.js';
import type { Contract } from '../contract/contract.js';
import type { Battery } from './battery.js';

/** Any class. */
export type Class<TInstance = unknown> = abstract new (...args: never[]) => TInstance;

/** Lifetime of an instance: that of the application, of one client in a namespace, or of one event. */
export type ScopeName = 'singleton' | 'connection' | 'event';

/** Declaration by `@Gateway(namespace, options)`. Values are as written; the plan checks them. */
export interface GatewayDeclaration {
  readonly namespace: unknown;
  readonly options: unknown;
  /** Contract of the kit whose decorator it is; null for the plain one. */
  readonly contract: Contract | null;
  readonly at: CallSite;
}

/** Declaration by `@OnEvent(names, options)`. */
export interface EventDeclaration {
  readonly names: readonly unknown[];
  readonly options: unknown;
  /** Contract of the kit whose decorator it is; null for the plain one. */
  readonly contract: Contract | null;
  readonly at: CallSite;
}

/** Declaration by `@OnSubscribe(pattern, options)`. */
export interface TopicDeclaration {
  readonly pattern: unknown;
  readonly options: unknown;
  /** Contract of the kit whose decorator it is; null for the plain one. */
  readonly contract: Contract | null;
  readonly at: CallSite;
}

/** Kind of a lifecycle hook, or of the catch-all. */
export type HookKind = 'connect' | 'disconnecting' | 'disconnect' | 'any' | 'server';

/** Declaration by `@OnConnect()` and the other hooks. */
export interface HookDeclaration {
  readonly kind: HookKind;
  readonly at: CallSite;
  /** Event of `@OnServerSideEmit`, as written. */
  readonly event?: unknown;
}

/** Declaration by `@Use(...)` or `@Guard(check)` with its value, or by the decorator of a battery with its options. */
export type StepDeclaration = { readonly value: unknown; readonly at: CallSite } & (
  | { readonly kind: 'middleware' | 'guard' }
  | { readonly kind: 'battery'; readonly battery: Battery }
);

/** Source of the value of a decorated parameter. */
export type ParameterSource =
  | { readonly kind: 'payload'; readonly path: readonly string[] }
  | { readonly kind: 'args' | 'ctx' | 'socket' | 'user' | 'ack' }
  | { readonly kind: 'custom'; readonly read: (ctx: never) => unknown };

/** Declaration by a decorated parameter of a method. */
export interface ParameterDeclaration {
  readonly index: number;
  readonly decorator: string;
  readonly source: ParameterSource;
  readonly at: CallSite;
}

/** Declaration by `@inject(token)` on a constructor parameter (index) or on a property (key). */
export interface InjectDeclaration {
  readonly target: number | string | symbol;
  readonly token: unknown;
  readonly at: CallSite;
}

/** Declarations of all decorators on one member of a class. */
export interface MethodRecord {
  readonly isStatic: boolean;
  readonly events: EventDeclaration[];
  readonly hooks: HookDeclaration[];
  readonly topics: TopicDeclaration[];
  readonly steps: StepDeclaration[];
  readonly parameters: ParameterDeclaration[];
}

/** Declarations of all decorators on one class and its members. */
export interface ClassRecord {
  readonly gateways: GatewayDeclaration[];
  readonly scopes: { readonly scope: ScopeName; readonly at: CallSite }[];
  readonly steps: StepDeclaration[];
  readonly injections: InjectDeclaration[];
  readonly methods: Map<string | symbol, MethodRecord>;
}

// Registered, so that two copies of the package read each other's decorators.
const kRecord = Symbol.for('gatewire.record');

/** Reads the record of a class, without those of its bases. */
export function recordOf(target: Class): ClassRecord | undefined {
  return Reflect.getOwnMetadata(kRecord, target) as ClassRecord | undefined;
}

/** Returns the record of a class for writing, a new one when it has none. */
export function editRecord(target: Class): ClassRecord {
  const existing = recordOf(target);
  if (existing !== undefined) return existing;
  const record: ClassRecord = { gateways: [], scopes: [], steps: [], injections: [], methods: new Map() };
  Reflect.defineMetadata(kRecord, record, target);
  return record;
}

/** Returns the record of one member for writing, a new one when it has none. */
export function editMethod(target: object, key: string | symbol): MethodRecord {
  const isStatic = typeof target === 'function';
  const { methods } = editRecord(isStatic ? (target as Class) : (target.constructor as Class));
  const existing = methods.get(key);
  if (existing !== undefined) return existing;
  const record: MethodRecord = { isStatic, events: [], hooks: [], topics: [], steps: [], parameters: [] };
  methods.set(key, record);
  return record;
}

/** Lists a class and its bases, the most basic first. */
export function lineage(target: Class): readonly Class[] {
  const classes: Class[] = [];
  for (let current: unknown = target; typeof current === 'function' && current !== Function.prototype; ) {
    classes.unshift(current as Class);
    current = Object.getPrototypeOf(current);
  }
  return classes;
}
