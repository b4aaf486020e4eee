import { type OptionRule, rules } from '../../base/options.js';
import { isReservedEvent, MAX_NAME } from '../../base/reserved-names.js';
import type { LoadScenario } from '../../testing/load-scenario.js';
import type { OptionSpecs, OptionValues } from '../command.js';
import { usageError } from '../errors.js';

/** Numbers of a load. */
export interface LoadNumbers {
  readonly clients: number;
  /** Seconds over which the clients connect. */
  readonly ramp: number;
  /** Seconds after the ramp. */
  readonly seconds: number;
  /** Events that each client sends in a second. */
  readonly rate: number;
  /** Times a minute at which each client connects again. */
  readonly reconnects: number;
}

/** Most clients of one load: fewer than the ports that one address has for one server. */
const MAX_CLIENTS = 20_000;
const DAY_S = 86_400;

/** Rules of the numbers, on the command line and in a scenario. */
export const NUMBER_RULES: Readonly<Record<keyof LoadNumbers, OptionRule>> = {
  clients: {
    accepts: (value) => Number.isInteger(value) && between(1, MAX_CLIENTS).accepts(value),
    expected: `a whole number from 1 to ${MAX_CLIENTS}`,
  },
  ramp: between(0, DAY_S),
  seconds: between(0.1, DAY_S),
  rate: between(0.001, 1_000),
  reconnects: between(0, 60),
};

/** Rules of an event of a scenario. */
export const EVENT_RULES = {
  event: {
    accepts: (value: unknown) => !isReservedEvent(value) && String(value).length <= MAX_NAME.event,
    expected: `the name of an event, with at most ${MAX_NAME.event} characters`,
  },
  payload: rules.any,
  ack: rules.boolean,
} satisfies Record<string, OptionRule>;

/** Rules of an event of the mix. */
export const MIX_RULES = { ...EVENT_RULES, weight: between(0.001, 1_000_000) };

const DEFAULTS: LoadNumbers = { clients: 10, ramp: 1, seconds: 10, rate: 1, reconnects: 0 };

/** Options of the command line that set numbers. */
export const NUMBER_OPTIONS = {
  clients: { type: 'string', value: 'N', help: `how many clients, up to ${MAX_CLIENTS}; 10 otherwise` },
  ramp: { type: 'string', value: 'SECONDS', help: 'how long it takes until all are connected; 1 otherwise' },
  seconds: { type: 'string', value: 'N', help: 'how long the load lasts after that; 10 otherwise' },
  rate: { type: 'string', value: 'N', help: 'events a second of each client; 1 otherwise' },
  reconnects: { type: 'string', value: 'N', help: 'how often a minute each client leaves and comes back' },
} as const satisfies OptionSpecs;

/**
 * Reads the numbers of a load: those of the command line, else those of the scenario, else the defaults.
 *
 * @throws {CliError} GW_ERR_CLI_USAGE for a value that its rule refuses
 */
export function readNumbers(
  values: OptionValues<typeof NUMBER_OPTIONS>,
  scenario: LoadScenario,
): LoadNumbers {
  const names = Object.keys(DEFAULTS) as (keyof LoadNumbers)[];
  const numbers = names.map((name) => [
    name,
    fromFlag(name, values[name]) ?? scenario[name] ?? DEFAULTS[name],
  ]);
  return Object.fromEntries(numbers) as unknown as LoadNumbers;
}

function fromFlag(name: keyof LoadNumbers, written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const { accepts, expected } = NUMBER_RULES[name];
  const number = /^\d+(\.\d+)?$/.test(written) ? Number(written) : null;
  if (number !== null && accepts(number)) return number;
  throw usageError('load', `option \`--${name}\` is \`${written}\`, not ${expected}`);
}

/**
 * Reads an option whose value is JSON.
 *
 * @throws {CliError} GW_ERR_CLI_USAGE
 */
export function readJson(option: string, written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    // Without the value, which may have a token in it.
    throw usageError('load', `option \`--${option}\` is no JSON`);
  }
}

function between(from: number, to: number): OptionRule {
  return {
    accepts: (value) => typeof value === 'number' && value >= from && value <= to,
    expected: `a number from ${from} to ${to}`,
  };
}
