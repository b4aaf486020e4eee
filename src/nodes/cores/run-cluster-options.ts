import { availableParallelism } from 'node:os';
import type { Logger } from '../../base/logger.js';
import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { Problems } from '../../base/problems.js';
import { BootError } from '../../errors/boot-error.js';

/** Options of `runCluster`. */
export interface RunClusterOptions {
  /** Path of the file that starts one node and calls `app.run()`. */
  readonly script: string;
  /**
   * Number of nodes, 1 or more, or `'auto'` for the number of cores of this process.
   * @default 'auto'
   */
  readonly nodes?: number | 'auto';
  /**
   * Port to open instead of the one that the script asks for, 0 to 65535. Nodes find it in `PORT`, too.
   * @default the port that the script asks for
   */
  readonly port?: number;
  /**
   * Command-line options of Node for the nodes, such as `['--import', 'tsx']`.
   * @default those of this process
   */
  readonly execArgv?: readonly string[];
  /**
   * Arguments of the script.
   * @default none
   */
  readonly args?: readonly string[];
  /**
   * Milliseconds until a node has to listen, 1 to 2147483647. A later one is killed.
   * @default 60000
   */
  readonly startTimeoutMs?: number;
  /**
   * Milliseconds until a node has to end after SIGTERM, 1 to 2147483647. A later one is killed. Set it above the time
   * that the application needs to close.
   * @default 60000
   */
  readonly stopTimeoutMs?: number;
  /**
   * Milliseconds of silence after which a node that serves is killed and replaced, 1 to 2147483647. A debugger that
   * stops a node makes it silent.
   * @default 30000
   */
  readonly frozenTimeoutMs?: number;
  /**
   * Number of consecutive nodes that may end before they listen, 1 or more. Then `runCluster` rejects, unless other
   * nodes serve.
   * @default 5
   */
  readonly maxFailedStarts?: number;
  /**
   * Logger of the primary.
   * @default lines on standard error
   */
  readonly logger?: Logger;
}

/** Options with the defaults filled in. */
export type CheckedRunClusterOptions = RunClusterOptions &
  Required<Omit<RunClusterOptions, 'port' | 'execArgv' | 'logger' | 'nodes'>> & { readonly nodes: number };

const port: OptionRule = {
  accepts: (value) => rules.countFromZero.accepts(value) && (value as number) <= 65_535,
  expected: 'a port from 0 to 65535',
};

const RULES: Readonly<Record<keyof RunClusterOptions, OptionRule>> = {
  script: { accepts: (value) => typeof value === 'string' && value !== '', expected: 'the path of a file' },
  nodes: {
    accepts: (value) => value === 'auto' || rules.count.accepts(value),
    expected: "a whole number of at least 1, or 'auto'",
  },
  port,
  execArgv: rules.list,
  args: rules.list,
  startTimeoutMs: rules.milliseconds,
  stopTimeoutMs: rules.milliseconds,
  frozenTimeoutMs: rules.milliseconds,
  maxFailedStarts: rules.count,
  logger: rules.object,
};

/**
 * Checks the options of `runCluster`.
 *
 * @throws {BootError} with all that is wrong with them
 */
export function checkRunClusterOptions(given: RunClusterOptions): CheckedRunClusterOptions {
  const problems = new Problems();
  const where = { location: null, label: 'runCluster' };
  const usable = checkOptions<RunClusterOptions>(given, RULES, 'runCluster', problems, where);
  const { script = '', nodes = 'auto', args = [], maxFailedStarts = 5 } = usable;
  const { startTimeoutMs = 60_000, stopTimeoutMs = 60_000, frozenTimeoutMs = 30_000 } = usable;
  if (usable.script === undefined && problems.found.length === 0) {
    const missing = { option: 'script', given: 'undefined', expected: RULES.script.expected };
    problems.add('GW_ERR_BUILD_BAD_OPTION', missing, where);
  }
  if (problems.found.length > 0) throw new BootError(problems.found);
  return {
    ...usable,
    script,
    nodes: nodes === 'auto' ? availableParallelism() : nodes,
    args,
    startTimeoutMs,
    stopTimeoutMs,
    frozenTimeoutMs,
    maxFailedStarts,
  };
}
