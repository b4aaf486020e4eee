import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { Problems } from '../../base/problems.js';
import { BootError } from '../../errors/boot-error.js';
import type { LoadEvent, LoadMixEvent, LoadScenario } from '../../testing/load-scenario.js';
import { importLoadFile } from './file.js';
import { EVENT_RULES, MIX_RULES, NUMBER_RULES } from './settings.js';

const list = (most: number): OptionRule => ({
  accepts: (value) => Array.isArray(value) && value.length <= most,
  expected: `an array of at most ${most} events`,
});

const SCENARIO_RULES: Readonly<Record<keyof LoadScenario, OptionRule>> = {
  ...NUMBER_RULES,
  auth: {
    accepts: (value) => rules.object.accepts(value) || rules.callable.accepts(value),
    expected: 'an object, or a function that returns one',
  },
  start: list(20),
  mix: list(100),
};

/**
 * Imports the scenario of a load.
 *
 * @throws {CliError} GW_ERR_CLI_BAD_LOAD_FILE when the file cannot be imported or exports no scenario
 * @throws {BootError} with everything that is wrong in it
 */
export async function importScenario(named: string, cwd: string): Promise<LoadScenario> {
  const { file, exports, refuse } = await importLoadFile(named, cwd, 'a LoadScenario as default');
  const [scenario] = exports('default');
  if (scenario === undefined) throw refuse('has no default export');
  return checkScenario(scenario, file);
}

/**
 * Checks a scenario, and everything in it.
 *
 * @param file - name of its file, for problems
 * @throws {BootError}
 */
export function checkScenario(given: unknown, file: string): LoadScenario {
  const problems = new Problems();
  const at = (label: string) => ({ location: file, label });
  const scenario = checkOptions<LoadScenario>(
    given,
    SCENARIO_RULES,
    'a load scenario',
    problems,
    at('default'),
  );
  scenario.start?.forEach((event, i) => {
    checkOptions<LoadEvent>(event, EVENT_RULES, 'an event', problems, at(`start[${i}]`), ['event']);
  });
  scenario.mix?.forEach((event, i) => {
    checkOptions<LoadMixEvent>(event, MIX_RULES, 'an event of the mix', problems, at(`mix[${i}]`), ['event']);
  });
  if (problems.found.length > 0) throw new BootError(problems.found);
  return scenario;
}
