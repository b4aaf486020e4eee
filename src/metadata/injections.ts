import 'reflect-metadata';
import type { CallSite } from './call-site.js';
import { type Class, lineage, recordOf } from './record.js';

/** One constructor parameter or property that the container fills. */
export interface Injection {
  readonly target: number | string | symbol;
  /** undefined when the class did not exist yet as the decorator ran. */
  readonly token: unknown;
  readonly optional: boolean;
  /** False for inversify's `@unmanaged`: nothing is injected. */
  readonly isManaged: boolean;
  /** The line of gatewire's `@inject`; null for inversify's own. */
  readonly at: CallSite | null;
}

// inversify keeps this key to itself. Its own decorators and gatewire's write there alike, so this is the one
// place that sees both; `readsInversify` tells at boot whether it is still where it was.
const INVERSIFY_KEY = '@inversifyjs/core/classMetadataReflectKey';

// ClassElementMetadataKind.unmanaged: the parameter is the class's own business, such as one with a default.
const UNMANAGED = 2;

interface InversifyElement {
  readonly kind: number;
  readonly optional?: boolean;
  readonly value?: unknown;
}

interface InversifyRecord {
  readonly constructorArguments: readonly (InversifyElement | undefined)[];
  readonly properties: ReadonlyMap<string | symbol, InversifyElement>;
  readonly lifecycle: { readonly preDestroyMethodNames: ReadonlySet<string | symbol> };
}

function inversifyRecord(target: Class): InversifyRecord | undefined {
  return Reflect.getOwnMetadata(INVERSIFY_KEY, target) as InversifyRecord | undefined;
}

/** Tells whether inversify writes its metadata where this file reads it, by the example of an injected class. */
export function readsInversify(injected: Class): boolean {
  return inversifyRecord(injected)?.constructorArguments.length === 1;
}

/** What a class is filled with. One without a constructor of its own uses that of its base. */
export function injectionsOf(target: Class): readonly Injection[] {
  const constructorOwner = ownerOfConstructor(target);
  const properties = new Map<unknown, Injection>();
  for (const owner of lineage(target)) {
    for (const [key, element] of inversifyRecord(owner)?.properties ?? []) {
      properties.set(key, injection(owner, key, element));
    }
  }
  const elements = constructorOwner === null ? [] : constructorElements(constructorOwner);
  return [...elements, ...properties.values()];
}

/** Tells whether a class has to be told the constructor injections of its base. */
export function inheritsConstructor(target: Class): boolean {
  return target.length === 0 && constructorElements(target).length === 0 && injectionsOf(target).length > 0;
}

/** Number of constructor parameters, the inherited ones included. */
export function constructorLength(target: Class): number {
  return ownerOfConstructor(target)?.length ?? 0;
}

/** Names of the methods that inversify's `@preDestroy` marks, inherited ones included. */
export function preDestroyMethods(target: Class): readonly (string | symbol)[] {
  const names = lineage(target).flatMap((owner) => [
    ...(inversifyRecord(owner)?.lifecycle.preDestroyMethodNames ?? []),
  ]);
  return [...new Set(names)];
}

/** The nearest class in the line whose constructor takes parameters. */
function ownerOfConstructor(target: Class): Class | null {
  const owners = [...lineage(target)].reverse();
  return owners.find((owner) => owner.length > 0 || constructorElements(owner).length > 0) ?? null;
}

function constructorElements(owner: Class): readonly Injection[] {
  const undefinedOnes = (recordOf(owner)?.injections ?? [])
    .filter((one) => typeof one.target === 'number' && one.token === undefined)
    .map((one) => ({ target: one.target, token: undefined, optional: false, isManaged: true, at: one.at }));
  const elements = inversifyRecord(owner)?.constructorArguments ?? [];
  return [
    ...undefinedOnes,
    ...elements.flatMap((element, index) => (element === undefined ? [] : injection(owner, index, element))),
  ];
}

function injection(owner: Class, target: number | string | symbol, element: InversifyElement): Injection {
  const own = recordOf(owner)?.injections.find((one) => one.target === target);
  return {
    target,
    token: unwrap(element.value),
    optional: element.optional === true,
    isManaged: element.kind !== UNMANAGED,
    at: own?.at ?? null,
  };
}

/** inversify's LazyServiceIdentifier stands for a class that did not exist yet. */
function unwrap(token: unknown): unknown {
  const lazy = token as { unwrap?: () => unknown } | null | undefined;
  return typeof token === 'object' && typeof lazy?.unwrap === 'function' ? lazy.unwrap() : token;
}
