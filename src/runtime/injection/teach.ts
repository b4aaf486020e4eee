import { inject, injectFromHierarchy, optional, preDestroy, unmanaged } from 'inversify';
import { checkStackOf } from '../../base/stack-check.js';
import { BootError } from '../../errors/boot-error.js';
import { inheritsConstructor, injectionsOf, untoldInjections } from '../../metadata/injections.js';
import { type Class, lineage } from '../../metadata/record.js';

const taught = new WeakSet<Class>();

/** Tells inversify what gatewire's `@inject` recorded about a class and about everything that it needs. */
export function teachInversify(target: unknown): void {
  if (typeof target !== 'function' || taught.has(target as Class)) return;
  const known = target as Class;
  taught.add(known);
  for (const owner of lineage(known)) {
    for (const { target: key, token } of untoldInjections(owner)) {
      const decorate = inject(token as never) as (...args: unknown[]) => void;
      if (typeof key === 'number') decorate(owner, undefined, key);
      else decorate(owner.prototype, key);
    }
  }
  // inversify does not look at the base class by itself: the parameters would be undefined.
  if (inheritsConstructor(known)) injectFromHierarchy()(known);
  for (const { token } of injectionsOf(known)) teachInversify(token);
}

/**
 * Checks that inversify writes its metadata where and as gatewire reads it.
 *
 * @throws {BootError} GW_ERR_BOOT_STACK
 */
export function checkInversify(): void {
  const problems = checkStackOf('@inversifyjs/core', specimens);
  if (problems.length > 0) throw new BootError(problems);
}

function specimens() {
  class Decorated {
    end(): void {}
  }
  for (const decorate of [inject(Decorated), optional()]) decorate(Decorated, undefined, 0);
  unmanaged()(Decorated, undefined, 1);
  preDestroy()(Decorated.prototype, 'end', {});
  const read = (key: string) => [key, Reflect.getOwnMetadata(key, Decorated)] as const;
  const metadata = Object.fromEntries(Reflect.getOwnMetadataKeys(Decorated).map(read));
  const { lifecycle, constructorArguments = [], ...rest } = Object.assign({}, ...Object.values(metadata));
  const [injected, left] = constructorArguments;
  return {
    Class: metadata,
    ClassMetadata: { ...rest, ...lifecycle, lifecycle, constructorArguments },
    ClassElementMetadata: injected,
    ClassElementMetadataKind: { unmanaged: left?.kind },
  };
}
