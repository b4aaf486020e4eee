import { CallSite } from '../base/call-site.js';
import { type Class, editMethod, editRecord, type StepDeclaration } from '../metadata/record.js';
import type { Check, Usable } from '../metadata/steps.js';
import { assertExperimental } from './experimental.js';

/**
 * Puts middleware around a gateway (on the class) or around one event (on a method), the first one outermost.
 *
 * @param use - objects or injectable classes with `connect(ctx, next)`, `event(ctx, next)` or both
 * @example
 * @Use(Audit) @OnEvent('order:place') place(order: Order) { return this.orders.add(order); }
 */
export function Use(...use: readonly Usable[]): ClassDecorator & MethodDecorator {
  const at = new CallSite(Use);
  return stepDecorator(
    'Use',
    use.map((value) => ({ kind: 'middleware', value, at })),
  );
}

/**
 * Lets an event through when the check is true; answers FORBIDDEN when it is not. It runs after the payload schema.
 *
 * @param check - a function of ctx, or an injectable class with `check(ctx)`; promises are awaited
 * @example
 * @Guard((ctx: EventContext<AnyContract, Member>) => ctx.user.roles.includes('admin'))
 * @OnEvent('user:ban') ban(payload: { id: string }) { return this.users.ban(payload.id); }
 */
export function Guard(check: Check): ClassDecorator & MethodDecorator {
  return stepDecorator('Guard', [{ kind: 'guard', value: check, at: new CallSite(Guard) }]);
}

/** Records steps on a class or on a method. */
export function stepDecorator(
  decorator: string,
  steps: readonly StepDeclaration[],
): ClassDecorator & MethodDecorator {
  return (target: object, key?: unknown) => {
    assertExperimental(decorator, key, steps[0]?.at);
    const record =
      key === undefined ? editRecord(target as Class) : editMethod(target, key as string | symbol);
    record.steps.unshift(...steps);
  };
}
