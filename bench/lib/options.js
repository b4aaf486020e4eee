import { parseArgs } from 'node:util';

/** What `--help` prints. */
export const usageOf = (contenders, scenarios) => `Usage: npm run bench -- [options]

  --rounds N         rounds of each scenario (default 5)
  --quick            one short round, to see that everything works
  --scenario NAME    only this scenario, or those that begin with NAME- (repeatable)
  --only A,B         only these contenders (the first of the list below always runs)
  --profile          also shows where the CPU time of each server goes; the figures
                     are too high then
  --json FILE        where the results go (default bench/results/<time>.json)
  --help             this text

Contenders: ${listNames(contenders.filter(({ onlyByName }) => !onlyByName))};
  with --only also ${listNames(contenders.filter(({ onlyByName }) => onlyByName))}
Scenarios: ${listNames(scenarios)}`;

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

/** The contenders that `--only` names, and the yardstick; without it all that need not be named. */
export function chooseContenders(all, only, yardstick) {
  if (!only) return all.filter(({ onlyByName }) => !onlyByName);
  const unknown = only.find((name) => !all.some((contender) => contender.name === name));
  if (unknown !== undefined)
    throw new Error(`--only: no contender "${unknown}"; there are ${listNames(all)}`);
  return all.filter(({ name }) => name === yardstick || only.includes(name));
}

/** The scenarios that `--scenario` names: `heap` is `heap-6` and `heap-26`, and `connect` is itself. */
export function chooseScenarios(all, wanted) {
  if (wanted.length === 0) return all;
  const isName = (name) => all.some((scenario) => scenario.name === name);
  const matches = (scenario, name) =>
    scenario.name === name || (!isName(name) && scenario.name.startsWith(`${name}-`));
  const unknown = wanted.find((name) => !all.some((scenario) => matches(scenario, name)));
  if (unknown !== undefined) throw new Error(`--scenario: no "${unknown}"; there are ${listNames(all)}`);
  return all.filter((scenario) => wanted.some((name) => matches(scenario, name)));
}

function listNames(items) {
  return items.map(({ name }) => name).join(', ');
}
