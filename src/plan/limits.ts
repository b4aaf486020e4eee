import { checkOptions, rules } from '../base/options.js';
import { type Problems, place } from '../base/problems.js';
import type { StepDeclaration } from '../metadata/record.js';
import { orNull } from './steps.js';
import type { ConcurrencyPlan, RatePlan, StepPlan } from './types.js';

/** The limits of one declaration site, in the order in which they stand. */
export interface LimitPlans {
  readonly rates: readonly RatePlan[];
  readonly concurrencies: readonly ConcurrencyPlan[];
}

const oneOf = (...values: readonly string[]) => ({
  accepts: (value: unknown) => typeof value === 'function' || values.includes(value as string),
  expected: `${values.map((value) => `'${value}'`).join(', ')} or a function of ctx`,
});

const choice = (...values: readonly string[]) => ({
  accepts: (value: unknown) => values.includes(value as string),
  expected: values.map((value) => `'${value}'`).join(' or '),
});

const RATE_OPTIONS = {
  limit: rules.count,
  windowMs: rules.milliseconds,
  burst: rules.count,
  per: oneOf('socket', 'user', 'address'),
  scope: choice('node', 'cluster'),
  onExceed: choice('reject', 'drop', 'disconnect'),
  whenStoreFails: choice('allow', 'reject'),
};

const CONCURRENCY_OPTIONS = {
  limit: rules.count,
  per: oneOf('socket', 'app'),
  queue: rules.countFromZero,
};

const DEFAULT_QUEUE = 1_000;

/** Checks the rate and concurrency limits among the steps of a class or a method. */
export function compileLimits(
  declared: readonly StepDeclaration[],
  level: StepPlan['level'],
  owner: string,
  problems: Problems,
): LimitPlans {
  const of = <TKind extends StepDeclaration['kind']>(kind: TKind) =>
    declared.filter((step) => step.kind === kind);
  return {
    rates: of('rate').map((step) => compileRate(step, level, owner, problems)),
    concurrencies: of('concurrency').map((step) => compileConcurrency(step, level, owner, problems)),
  };
}

/** Limits of the class ahead of those of the method; null where there are none. */
export function joinLimits(gateway: LimitPlans, event: LimitPlans) {
  return {
    rates: orNull([...gateway.rates, ...event.rates]),
    concurrencies: orNull([...gateway.concurrencies, ...event.concurrencies]),
  };
}

function compileRate(
  { value, at }: StepDeclaration,
  level: StepPlan['level'],
  owner: string,
  problems: Problems,
): RatePlan {
  const where = place(at, owner);
  const given = checkOptions<RatePlan>(value, RATE_OPTIONS as never, '@RateLimit', problems, where);
  for (const option of ['limit', 'windowMs'] as const) {
    if (option in Object(value)) continue;
    const args = { option, given: 'missing', expected: RATE_OPTIONS[option].expected };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
  }
  const { limit = 1, windowMs = 1_000 } = given;
  const burst = given.burst ?? limit;
  if (burst < limit) {
    const args = { option: 'burst', given: String(burst), expected: `at least \`limit\`, which is ${limit}` };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
  }
  const { per = 'socket', scope = 'node', onExceed = 'reject', whenStoreFails = 'allow' } = given;
  const label = `${limit}/${timeWords(windowMs)}`;
  return Object.freeze({ limit, windowMs, burst, per, scope, onExceed, whenStoreFails, level, label, at });
}

function compileConcurrency(
  { value, at }: StepDeclaration,
  level: StepPlan['level'],
  owner: string,
  problems: Problems,
): ConcurrencyPlan {
  const where = place(at, owner);
  const given = checkOptions<ConcurrencyPlan>(
    value,
    CONCURRENCY_OPTIONS as never,
    '@Concurrency',
    problems,
    where,
  );
  if (!('limit' in Object(value))) {
    const args = { option: 'limit', given: 'missing', expected: CONCURRENCY_OPTIONS.limit.expected };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
  }
  const { limit = 1, per = 'socket', queue = DEFAULT_QUEUE } = given;
  return Object.freeze({ limit, per, queue, level, label: `${limit} at once`, at });
}

/** `s`, `min`, `5s` or `250ms`. */
function timeWords(ms: number): string {
  if (ms % 60_000 === 0) return `${ms === 60_000 ? '' : ms / 60_000}min`;
  if (ms % 1_000 === 0) return `${ms === 1_000 ? '' : ms / 1_000}s`;
  return `${ms}ms`;
}
