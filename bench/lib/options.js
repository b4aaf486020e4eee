import { parseArgs } from 'node:util';

export const usage = `Usage: npm run bench -- [options]

  --rounds N         rounds of each scenario (default 5)
  --quick            one short round, to see that everything works
  --scenario NAME    only this scenario, or those that begin with NAME- (repeatable)
  --only A,B         only these contenders: raw, nest, ws, gatewire, gatewire-raw,
                     gatewire-unbounded, gatewire-plain, gatewire-by-hand
                     (raw always runs)
  --profile          also shows where the CPU time of each server goes; the figures
                     are too high then
  --json FILE        where the results go (default bench/results/<time>.json)
  --help             this text`;

/** Reads the command line; throws with a sentence for the user when it makes no sense. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true, default: [] },
      only: { type: 'string' },
      profile: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds needs a whole number, not "${values.rounds}"`);
  return { ...values, rounds, only: values.only?.split(',').map((name) => name.trim()) };
}

/** The contenders that `--only` names, and the yardstick. */
export function chooseContenders(all, only, yardstick) {
  if (!only) return all;
  const unknown = only.find((name) => !all.some((contender) => contender.name === name));
  if (unknown !== undefined)
    throw new Error(`--only: no contender "${unknown}"; there are ${listNames(all)}`);
  return all.filter(({ name }) => name === yardstick || only.includes(name));
}

/** The scenarios that `--scenario` names: `heap` is `heap-6` and `heap-26`. */
export function chooseScenarios(all, wanted) {
  if (wanted.length === 0) return all;
  const matches = (scenario, name) => scenario.name === name || scenario.name.startsWith(`${name}-`);
  const unknown = wanted.find((name) => !all.some((scenario) => matches(scenario, name)));
  if (unknown !== undefined) throw new Error(`--scenario: no "${unknown}"; there are ${listNames(all)}`);
  return all.filter((scenario) => wanted.some((name) => matches(scenario, name)));
}

function listNames(items) {
  return items.map(({ name }) => name).join(', ');
}
