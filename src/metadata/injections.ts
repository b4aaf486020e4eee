import 'reflect-metadata';
import type { CallSite } from '../base/call-site.js';
import { type Private, STACK } from '../base/stack.js';
import { type Class, lineage, recordOf } from './record.js';

/** Constructor parameter or property that the container fills. */
export interface Injection {
  readonly target: number | string | symbol;
  /** Injected token; undefined when the class did not exist yet as the decorator ran. */
  readonly token: unknown;
  readonly optional: boolean;
  /** False for inversify's `@unmanaged`: nothing is injected. */
  readonly isManaged: boolean;
  /** Line of gatewire's `@inject`; null for the one of inversify. */
  readonly at: CallSite | null;
}

// inversify does not export this key. Its decorators are read too, since applications may use them; the check of the
// stack finds at boot when they write something else.
const INVERSIFY_KEY: keyof (typeof STACK)['@inversifyjs/core']['Class'] =
  '@inversifyjs/core/classMetadataReflectKey';

// ClassElementMetadataKind.unmanaged: the parameter is not injected, such as one with a default.
const UNMANAGED = STACK['@inversifyjs/core'].ClassElementMetadataKind.unmanaged.value;

type InversifyElement = Private<
  '@inversifyjs/core',
  'ClassElementMetadata',
  { readonly kind: number; readonly optional: boolean | undefined; readonly value: unknown }
>;

type InversifyRecord = Private<
  '@inversifyjs/core',
  'ClassMetadata',
  {
    readonly constructorArguments: readonly (InversifyElement | undefined)[];
    readonly properties: ReadonlyMap<string | symbol, InversifyElement>;
    readonly lifecycle: Private<
      '@inversifyjs/core',
      'ClassMetadataLifecycle',
      { readonly preDestroyMethodNames: ReadonlySet<string | symbol> }
    >;
  }
>;

function inversifyRecord(target: Class): InversifyRecord | undefined {
  return Reflect.getOwnMetadata(INVERSIFY_KEY, target) as InversifyRecord | undefined;
}

/** Lists the injections of a class. One without a constructor of its own uses that of its base. */
export function injectionsOf(target: Class): readonly Injection[] {
  const constructorOwner = ownerOfConstructor(target);
  const properties = new Map<unknown, Injection>();
  for (const owner of lineage(target)) {
    for (const injection of ownInjections(owner)) {
      if (typeof injection.target !== 'number') properties.set(injection.target, injection);
    }
  }
  const elements = constructorOwner === null ? [] : constructorElements(constructorOwner);
  return [...elements, ...properties.values()];
}

/** Lists the declarations of gatewire that inversify does not know yet. */
export function untoldInjections(target: Class): readonly Injection[] {
  const record = inversifyRecord(target);
  return ownInjections(target).filter(({ target: key, at, token }) => {
    if (at === null || token === undefined) return false;
    const element = typeof key === 'number' ? record?.constructorArguments[key] : record?.properties.get(key);
    return element?.value === undefined;
  });
}

/** Tells whether inversify needs the constructor injections of the base declared on a class. */
export function inheritsConstructor(target: Class): boolean {
  return ownerOfConstructor(target) !== null && ownerOfConstructor(target) !== target;
}

/** Counts the constructor parameters, inherited ones included. */
export function constructorLength(target: Class): number {
  return ownerOfConstructor(target)?.length ?? 0;
}

/** Lists the methods that inversify's `@preDestroy` marks, inherited ones included. */
export function preDestroyMethods(target: Class): readonly (string | symbol)[] {
  const names = lineage(target).flatMap((owner) => [
    ...(inversifyRecord(owner)?.lifecycle.preDestroyMethodNames ?? []),
  ]);
  return [...new Set(names)];
}

/** Finds the nearest class in the lineage whose constructor takes parameters. */
function ownerOfConstructor(target: Class): Class | null {
  const owners = [...lineage(target)].reverse();
  return owners.find((owner) => owner.length > 0 || constructorElements(owner).length > 0) ?? null;
}

function constructorElements(owner: Class): readonly Injection[] {
  return ownInjections(owner).filter(({ target }) => typeof target === 'number');
}

/** Lists the injections that decorators of gatewire and inversify declare on one class, without its bases. */
function ownInjections(owner: Class): readonly Injection[] {
  const { constructorArguments = [], properties = new Map() } = inversifyRecord(owner) ?? {};
  const found = new Map<number | string | symbol, Injection>();
  const elements = [...constructorArguments.entries(), ...properties.entries()];
  for (const [target, element] of elements) {
    if (element !== undefined) found.set(target, fromInversify(target, element));
  }
  for (const { target, token, at } of recordOf(owner)?.injections ?? []) {
    found.set(target, { target, token, at, optional: found.get(target)?.optional ?? false, isManaged: true });
  }
  return [...found.values()];
}

function fromInversify(target: number | string | symbol, element: InversifyElement): Injection {
  return {
    target,
    token: unwrap(element.value),
    optional: element.optional === true,
    isManaged: element.kind !== UNMANAGED,
    at: null,
  };
}

/** Resolves inversify's LazyServiceIdentifier, which stands for a class that did not exist yet. */
function unwrap(token: unknown): unknown {
  const lazy = token as { unwrap?: () => unknown } | null | undefined;
  return typeof token === 'object' && typeof lazy?.unwrap === 'function' ? lazy.unwrap() : token;
}
