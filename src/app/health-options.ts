import { checkOptions, type OptionRule, rules } from '../base/options.js';
import type { Problems } from '../base/problems.js';
import type { Place } from '../errors/problem.js';

/** Where an application answers whether it lives and is ready. */
export interface HealthOptions {
  /**
   * A port of its own, from 1 to 65535, which answers from the first moment of `listen()` to the last of `close()`.
   * @default the application's own server, or the one that it is attached to
   */
  readonly port?: number;
  /**
   * Address of the port.
   * @default all addresses
   */
  readonly host?: string;
  /** @default '/livez' */
  readonly livePath?: string;
  /** @default '/readyz' */
  readonly readyPath?: string;
  /**
   * Whether a node that cannot reach the others is not ready. When Redis is away, no node is then.
   * @default false
   */
  readonly needsAdapter?: boolean;
}

const path: OptionRule = {
  accepts: (value) => typeof value === 'string' && /^\/[^?#\s]*$/.test(value),
  expected: "a path such as '/readyz'",
};

const HEALTH_OPTIONS: Readonly<Record<keyof HealthOptions, OptionRule>> = {
  port: {
    accepts: (value) => rules.count.accepts(value) && (value as number) <= 65_535,
    expected: 'a port from 1 to 65535',
  },
  host: rules.text,
  livePath: path,
  readyPath: path,
  needsAdapter: rules.boolean,
};

/** Checks the option `health`; what is unusable is left out. */
export function checkHealth(given: HealthOptions | undefined, problems: Problems, where: Place): void {
  if (given !== undefined) checkOptions<HealthOptions>(given, HEALTH_OPTIONS, '`health`', problems, where);
}
