import type { Logger } from '../../base/logger.js';
import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { Problems } from '../../base/problems.js';
import { show } from '../../base/show.js';
import type { Schema } from '../../contract/contract.js';
import type { Problem } from '../../errors/boot-error.js';
import type { DeadLetter, Decode } from './message.js';

/** Options of `consume`. */
export interface ConsumeOptions<TPayload = unknown> {
  /** Schema of the payload. A message that does not fit goes to the dead letters without another attempt. */
  readonly payload?: Schema<unknown, TPayload>;
  /**
   * Decodes the body. An error is final: the message is not tried again.
   * @default JSON
   */
  readonly decode?: Decode;
  /**
   * Number of messages that are handled at the same time, 1 to 1000. With Kafka: of partitions.
   * @default 10
   */
  readonly concurrency?: number;
  /**
   * Number of attempts before a message goes to the dead letters, 1 or more.
   * @default 5
   */
  readonly attempts?: number;
  /**
   * Milliseconds between the first attempt and the second, 1 to 2147483647. Each later pause is twice as long, up to 30 s.
   * @default 200
   */
  readonly retryDelayMs?: number;
  /**
   * Time limit of one attempt in milliseconds, 1 to 2147483647.
   * @default 30000
   */
  readonly timeoutMs?: number;
  /**
   * Milliseconds that `close()` waits for running handlers, 1 to 2147483647.
   * @default 10000
   */
  readonly closeTimeoutMs?: number;
  /** Called for every message that is not tried again. */
  readonly onDeadLetter?: (letter: DeadLetter) => unknown;
  /**
   * Logger; `false` for none.
   * @default readable lines on standard error
   */
  readonly logger?: Logger | false;
}

/** Options with the defaults filled in. */
export interface CheckedOptions extends ConsumeOptions {
  readonly concurrency: number;
  readonly attempts: number;
  readonly retryDelayMs: number;
  readonly timeoutMs: number;
  readonly closeTimeoutMs: number;
}

const WHERE = { location: null, label: 'consume' };
const MAX_CONCURRENCY = 1_000;

const logger: OptionRule = {
  accepts: (value) => value === false || isLogger(value),
  expected: 'a logger with debug, info, warn and error, or false',
};

const RULES: Readonly<Record<keyof ConsumeOptions, OptionRule>> = {
  payload: rules.schema,
  decode: rules.callable,
  concurrency: {
    accepts: (value) => rules.count.accepts(value) && (value as number) <= MAX_CONCURRENCY,
    expected: `a whole number from 1 to ${MAX_CONCURRENCY}`,
  },
  attempts: rules.count,
  retryDelayMs: rules.milliseconds,
  timeoutMs: rules.milliseconds,
  closeTimeoutMs: rules.milliseconds,
  onDeadLetter: rules.callable,
  logger,
};

/** Checks the arguments of `consume`, and adds the problems of its source. */
export function checkConsume(
  source: unknown,
  handler: unknown,
  given: unknown,
): { readonly options: CheckedOptions; readonly problems: readonly Problem[] } {
  const problems = new Problems();
  const { open, problems: ofSource } = Object(source) as { open?: unknown; problems?: readonly Problem[] };
  if (typeof open !== 'function') {
    const expected = 'what rabbitmq(), nats() or kafka() returns, or an object with label and open';
    problems.add('GW_ERR_BUILD_BAD_OPTION', { option: 'source', given: show(source), expected }, WHERE);
  }
  problems.addAll(ofSource ?? []);
  if (typeof handler !== 'function') {
    const args = { option: 'handler', given: show(handler), expected: 'a function of the message' };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, WHERE);
  }
  const usable = checkOptions<ConsumeOptions>(given, RULES, 'consume', problems, WHERE);
  const { concurrency = 10, attempts = 5, retryDelayMs = 200 } = usable;
  const { timeoutMs = 30_000, closeTimeoutMs = 10_000 } = usable;
  const options = { ...usable, concurrency, attempts, retryDelayMs, timeoutMs, closeTimeoutMs };
  return { options, problems: problems.found };
}

function isLogger(value: unknown): boolean {
  const methods = Object(value) as Record<string, unknown>;
  return ['debug', 'info', 'warn', 'error'].every((level) => typeof methods[level] === 'function');
}
