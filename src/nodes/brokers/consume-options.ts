import type { Logger } from '../../base/logger.js';
import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { Problems } from '../../base/problems.js';
import { show } from '../../base/show.js';
import type { Schema } from '../../contract/schema.js';
import type { Problem } from '../../errors/problem.js';
import type { DeadLetter } from './message.js';

/** Options of `consume`. */
export interface ConsumeOptions<TPayload = unknown> {
  /** What a payload has to be. One that is not goes to the dead letters at once: it will never fit. */
  readonly payload?: Schema<unknown, TPayload>;
  /**
   * Makes a value of the bytes; a throw is for ever, too.
   * @default JSON
   */
  readonly decode?: (body: Uint8Array, headers: Readonly<Record<string, string>>) => unknown;
  /**
   * Messages that are handled at the same time, 1 to 1000. With Kafka: partitions.
   * @default 10
   */
  readonly concurrency?: number;
  /**
   * How often a message is tried before it goes to the dead letters, 1 or more.
   * @default 5
   */
  readonly attempts?: number;
  /**
   * Milliseconds between the first try and the second, 1 to 2147483647. Each further wait is twice as long, up to 30 s.
   * @default 200
   */
  readonly retryDelayMs?: number;
  /**
   * Milliseconds that one try may take, 1 to 2147483647.
   * @default 30000
   */
  readonly timeoutMs?: number;
  /**
   * Milliseconds that `close()` waits for handlers that run, 1 to 2147483647.
   * @default 10000
   */
  readonly closeTimeoutMs?: number;
  /** Told of every message that is given up. */
  readonly onDeadLetter?: (letter: DeadLetter) => unknown;
  /**
   * Where the log goes; `false` for nowhere.
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

/** Checks what `consume` was given, and what its source found wrong with its own options. */
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
