import { isThenable } from '../../base/deadline.js';
import { place } from '../../base/problems.js';
import { BootError, type Problem, problem } from '../../errors/boot-error.js';
import { type Get, nameOf } from '../../metadata/token.js';
import type { CheckedProvider } from '../../plan/providers.js';

class NotReady extends Error {
  constructor(readonly token: unknown) {
    super(`${nameOf(token)} is not ready yet`);
  }
}

/**
 * Runs the factories of providers one after the other, in the order in which they are listed.
 *
 * @param get - the container; a factory may ask it for what is listed ahead of it
 * @param onMade - takes each value as soon as it is there
 * @returns what went wrong, all of it, or null
 */
export async function runFactories(
  providers: readonly CheckedProvider[],
  get: Get,
  onMade: (token: unknown, value: unknown) => void,
): Promise<BootError | null> {
  const pending = new Set(
    providers
      .filter(({ provider }) => provider.useFactory !== undefined)
      .map(({ provider }) => provider.provide),
  ) as Set<unknown>;
  const problems: Problem[] = [];
  const guardedGet: Get = (token) => {
    if (pending.has(token)) throw new NotReady(token);
    return get(token);
  };
  for (const { provider, at } of providers) {
    const { provide, useFactory } = provider;
    if (useFactory === undefined) continue;
    try {
      const made = useFactory(guardedGet);
      onMade(provide, isThenable(made) ? await made : made);
    } catch (error) {
      problems.push(explain(provide, error, pending, at));
    }
    pending.delete(provide);
  }
  return problems.length === 0 ? null : new BootError(problems);
}

function explain(
  token: unknown,
  error: unknown,
  pending: ReadonlySet<unknown>,
  at: CheckedProvider['at'],
): Problem {
  const places = [place(at, nameOf(token))];
  if (error instanceof NotReady && pending.has(error.token)) {
    const args = { token: nameOf(token), needs: nameOf(error.token) };
    return problem('GW_ERR_BOOT_PROVIDER_ORDER', args, places);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return problem('GW_ERR_BOOT_PROVIDER_FAILED', { token: nameOf(token), reason }, places);
}
