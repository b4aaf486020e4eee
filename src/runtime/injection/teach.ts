import { inject, injectFromHierarchy } from 'inversify';
import { BootError } from '../../errors/boot-error.js';
import { problem } from '../../errors/problem.js';
import {
  inheritsConstructor,
  injectionsOf,
  readsInversify,
  untoldInjections,
} from '../../metadata/injections.js';
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
 * Checks that inversify writes its metadata where gatewire reads it.
 *
 * @throws {BootError} GW_ERR_BOOT_STACK
 */
export function checkInversify(): void {
  class Probe {}
  inject(Probe)(Probe, undefined, 0);
  if (readsInversify(Probe)) return;
  throw new BootError([
    problem('GW_ERR_BOOT_STACK', { package: 'inversify', missing: 'injection metadata' }),
  ]);
}
