import { availableParallelism } from 'node:os';
import type { Logger } from '../../base/logger.js';
import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { Problems } from '../../base/problems.js';
import { BootError } from '../../errors/boot-error.js';

/** Options of `runCluster`. */
export interface ClusterOptions {
  /** The file that starts one node: the one that calls `app.run()`. */
  readonly script: string;
  /**
   * How many nodes, 1 or more, or `'auto'` for as many as this process has cores.
   * @default 'auto'
   */
  readonly nodes?: number | 'auto';
  /**
   * The port to open, 0 to 65535, whatever the script asks for; the nodes have it as `PORT`, too.
   * @default the port that the script asks for
   */
  readonly port?: number;
  /**
   * Options of node for the nodes, such as `['--import', 'tsx']`.
   * @default those of this process
   */
  readonly execArgv?: readonly string[];
  /**
   * Arguments of the script.
   * @default none
   */
  readonly args?: readonly string[];
  /**
   * Milliseconds that a node gets to listen, 1 to 2147483647. Then it is killed.
   * @default 60000
   */
  readonly startTimeoutMs?: number;
  /**
   * Milliseconds that a node gets to end after SIGTERM, 1 to 2147483647. Then it is killed. It has to be longer than
   * what the application needs to close.
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
   * How often in a row a node may end before it listens, 1 or more. Then, unless others serve, all is over.
   * @default 5
   */
  readonly maxFailedStarts?: number;
  /**
   * Where the log of the primary goes.
   * @default lines on standard error
   */
  readonly logger?: Logger;
}

/** Options with the defaults filled in. */
export type CheckedClusterOptions = ClusterOptions &
  Required<Omit<ClusterOptions, 'port' | 'execArgv' | 'logger' | 'nodes'>> & { readonly nodes: number };

const port: OptionRule = {
  accepts: (value) => rules.countFromZero.accepts(value) && (value as number) <= 65_535,
  expected: 'a port from 0 to 65535',
};

const RULES: Readonly<Record<keyof ClusterOptions, OptionRule>> = {
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
export function checkClusterOptions(given: ClusterOptions): CheckedClusterOptions {
  const problems = new Problems();
  const where = { location: null, label: 'runCluster' };
  const usable = checkOptions<ClusterOptions>(given, RULES, 'runCluster', problems, where);
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
