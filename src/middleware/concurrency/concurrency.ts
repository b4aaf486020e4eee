import { CallSite } from '../../base/call-site.js';
import { isThenable } from '../../base/deadline.js';
import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { stepDecorator } from '../../decorators/steps.js';
import type { Battery, BatteryCall, BatteryStage } from '../../metadata/battery.js';
import type { EventContext } from '../../metadata/context.js';
import { Semaphore } from '../../runtime/semaphore.js';
import { connectionOf } from '../../runtime/socketio.js';
import { type LimitKey, limitKeyRule, limitKeyWords } from '../limit-key.js';

/** Options of `@Concurrency`. */
export interface ConcurrencyOptions<TContext = EventContext> {
  /** Handlers that may run at the same time, 1 or more. 1 keeps events in order. */
  readonly limit: number;
  /**
   * Whose events share the limit: those of one connection in one namespace, the application's, or those of a key.
   * @default 'socket'
   */
  readonly per?: LimitKey<TContext, 'socket' | 'app'>;
  /**
   * Events that may wait, for each key; more are answered with OVERLOADED. 0 lets none wait.
   * @default 1000
   */
  readonly queue?: number;
}

/**
 * Limits how many handlers run at the same time; the others wait in order. On a class, all of its events share the
 * limit. Events that wait when their socket leaves do not run.
 *
 * @param options - how many, shared by whom, and how many may wait
 * @example
 * @Concurrency({ limit: 1, per: (ctx) => String(ctx.params.document) }) // one edit of a document at a time
 * @OnEvent('edit') edit(change: Change) { return this.documents.apply(change); }
 */
export function Concurrency(options: ConcurrencyOptions<never>): ClassDecorator & MethodDecorator {
  const at = new CallSite(Concurrency);
  return stepDecorator('Concurrency', [{ kind: 'battery', battery: concurrency, value: options, at }]);
}

const DEFAULT_QUEUE = 1_000;

type CheckedOptions = Required<ConcurrencyOptions<never>>;

const OPTIONS: Readonly<Record<keyof CheckedOptions, OptionRule>> = {
  limit: rules.count,
  per: limitKeyRule('socket', 'app'),
  queue: rules.countFromZero,
};

const concurrency: Battery<CheckedOptions> = {
  decorator: 'Concurrency',
  stage: 'concurrency',
  title: 'concurrency',
  position: 'admitted',

  compile(given, problems, where) {
    const checked = checkOptions<CheckedOptions>(given, OPTIONS, '@Concurrency', problems, where, ['limit']);
    const { limit = 1, per = 'socket', queue = DEFAULT_QUEUE } = checked;
    const label = `${limit} at once`;
    return { options: Object.freeze({ limit, per, queue }), label, info: `${label} ${limitKeyWords(per)}` };
  },

  open: () => ({ stage: ({ options }) => keyedStage(options) }),
};

/** Makes a stage with a semaphore for each key that is in use. */
function keyedStage({ limit, per, queue }: CheckedOptions): BatteryStage {
  const semaphores = new Map<unknown, Semaphore>();
  return (next) => (call) => {
    const key = keyOf(per, call);
    const semaphore = semaphores.get(key) ?? new Semaphore(limit, queue);
    const result = semaphore.run(call, next);
    if (!isThenable(result)) return result;
    semaphores.set(key, semaphore);
    const forget = (): void => {
      if (semaphore.isIdle) semaphores.delete(key);
    };
    result.then(forget, forget);
    return result;
  };
}

function keyOf(per: CheckedOptions['per'], { ctx }: BatteryCall): unknown {
  // A client that leaves and enters again has another socket, and its handlers go on.
  if (per === 'socket') {
    const { id } = connectionOf(ctx.socket);
    return `${id} ${ctx.socket.nsp.name}`;
  }
  return per === 'app' ? null : per(ctx as never);
}
