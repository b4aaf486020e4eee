import { preDestroyMethods } from '../../metadata/injections.js';
import type { Class } from '../../metadata/record.js';

/** The instances of one scope: of one client's stay, or of one event. */
export class ScopeInstances {
  readonly #instances = new Map<Class, object>();

  /** The instance of a class in this scope, made when there is none yet. */
  take(target: Class, make: () => object): object {
    const existing = this.#instances.get(target);
    if (existing !== undefined) return existing;
    const instance = make();
    this.#instances.set(target, instance);
    return instance;
  }

  /**
   * Ends the scope: the last one made goes first, since it may use the others.
   *
   * @param onError - told of everything that throws; the rest is disposed of all the same
   */
  async dispose(onError: (error: unknown) => void): Promise<void> {
    const made = [...this.#instances.entries()].reverse();
    this.#instances.clear();
    for (const [target, instance] of made) {
      for (const name of preDestroyMethods(target)) await callSafely(instance, name, onError);
      await disposeInstance(instance, onError);
    }
  }
}

/** Calls `Symbol.asyncDispose`, or `Symbol.dispose` where there is only that. */
export async function disposeInstance(instance: unknown, onError: (error: unknown) => void): Promise<void> {
  if ((typeof instance !== 'object' && typeof instance !== 'function') || instance === null) return;
  const symbol = [Symbol.asyncDispose, Symbol.dispose].find(
    (one) => typeof (instance as Record<symbol, unknown>)[one] === 'function',
  );
  if (symbol !== undefined) await callSafely(instance, symbol, onError);
}

async function callSafely(
  instance: object,
  method: string | symbol,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    await (instance as Record<string | symbol, () => unknown>)[method]?.();
  } catch (error) {
    onError(error);
  }
}
