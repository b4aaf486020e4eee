// The benchmark: `npm run bench -- --help`. What the numbers mean is in README.md.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contenders, takes, yardstick } from './lib/contenders.js';
import { chooseContenders, chooseScenarios, readOptions, usageOf } from './lib/options.js';
import { canPin, pinLoadGenerator } from './lib/pinning.js';
import { prepare } from './lib/prepare.js';
import {
  describeMachine,
  formatLeftOut,
  formatMachine,
  formatNumber,
  formatTable,
  leftOutOf,
  writeResults,
} from './lib/report.js';
import { summarize } from './lib/statistics.js';
import { scenarios } from './scenarios/index.js';

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usageOf(contenders, scenarios));
    return;
  }
  const chosenScenarios = chooseScenarios(scenarios, options.scenario);
  const chosenContenders = chooseContenders(contenders, options.only, yardstick);
  prepare(chosenContenders);
  pinLoadGenerator();
  if (!canPin)
    console.log('taskset or a second core is missing: nothing is pinned, and the figures are noisier.');

  const results = [];
  for (const scenario of chosenScenarios)
    results.push(...(await runScenario(scenario, chosenContenders, options)));

  const machine = describeMachine(chosenContenders);
  const leftOut = leftOutOf(chosenContenders, chosenScenarios);
  const table = formatTable(results, chosenContenders, yardstick);
  console.log(['', table, '', ...formatLeftOut(leftOut), formatMachine(machine)].join('\n'));
  const file = options.json ?? defaultFile();
  writeResults(file, { ...machine, quick: options.quick, yardstick, leftOut, results });
  console.log(`Written to ${relative(process.cwd(), file)}`);
}

/** Interleaves the contenders, A B C A B C, so that all of them see the same moods of the machine. */
async function runScenario(scenario, contenders, options) {
  const { name, unit, minRounds = 1, also = [] } = scenario;
  const rows = [scenario, ...also];
  const taking = contenders.filter((contender) => takes(contender, scenario));
  const rounds = options.quick ? options.rounds : Math.max(options.rounds, minRounds);
  const samples = rows.map(() => Object.fromEntries(taking.map((contender) => [contender.name, []])));
  for (let round = 1; round <= rounds; round += 1) {
    const figures = [];
    for (const contender of taking) {
      const { value, also: others, serverBusy, rate, note } = await measure(scenario, contender, options);
      for (const [i, row] of rows.entries())
        samples[i][contender.name].push(i === 0 ? value : others[row.name]);
      const busy = serverBusy === undefined ? '' : ` (${Math.round(serverBusy * 100)} % busy)`;
      const speed = rate === undefined ? '' : ` (${Math.round(rate)} a second)`;
      const more = note === undefined ? '' : ` (${note})`;
      const beside = also.map((row) => `, ${formatNumber(others[row.name])} ${row.unit}`).join('');
      figures.push(`${contender.name} ${formatNumber(value)} ${unit}${beside}${busy}${speed}${more}`);
    }
    console.log(`${name}, round ${round} of ${rounds}: ${figures.join('; ')}`);
  }
  return rows.map(({ name, title, unit }, i) => ({
    name,
    title,
    unit,
    rounds,
    summary: summarize(samples[i], yardstick),
  }));
}

async function measure(scenario, contender, options) {
  try {
    return await scenario.measure(contender, options);
  } catch (cause) {
    throw new Error(`${scenario.name} of ${contender.name}: ${cause.message}`, { cause });
  }
}

function defaultFile() {
  const time = new Date().toISOString().replaceAll(':', '-').slice(0, 19);
  return fileURLToPath(new URL(`results/${time}.json`, import.meta.url));
}
