// Checks that tests bite: changes src/ in small ways, one at a time, in a copy of the repository, and runs the tests
// that cover the changed line. A change that no test sees is a survivor: either a test is missing, or the change is
// none, which scripts/mutation/equivalent.json then says with its reason.
//
//   node scripts/mutate.js --folder src/runtime --count 40 --seed 1
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Compiler } from './mutation/compiler.js';
import { coverageOf } from './mutation/coverage.js';
import { pick } from './mutation/pick.js';
import { Relevance } from './mutation/relevance.js';
import { runTests } from './mutation/run-tests.js';
import { Tree } from './mutation/tree.js';

const USAGE = `node scripts/mutate.js [options]
  --folder <path>    folder or file below src/; may be given more than once (default: src)
  --count <number>   mutants to try (default: 40)
  --seed <number>    decides which ones (default: 1)
  --only <id,…>      tries these ones
  --tests <pattern>  test files that may be used (default: all but slow ones)
  --slowest <s>      longest test file that is used (default: 60)
  --seconds <s>      test files for one mutant, as long as they took without it (default: 240)
  --again            runs test files that failed without a mutant once more
  --list             shows the mutants, and runs nothing`;
/** Tests of the package, of pages in browsers, and of types: minutes each, and about other things than src/. */
const SLOW = /browser|^test\/(load|product|types)\//;
/** Under a mutant a test may take longer before it fails, and other work may keep the machine busy. */
const SLACK = 4;
const SLACK_MS = 60_000;

/** Reasons by id: these mutants behave as the code does. */
const EQUIVALENT = new Map(
  JSON.parse(readFileSync(new URL('mutation/equivalent.json', import.meta.url), 'utf8')).map(
    ({ id, reason }) => [id, reason],
  ),
);

const root = fileURLToPath(new URL('../', import.meta.url));
const { values } = parseArgs({
  options: {
    folder: { type: 'string', multiple: true, default: ['src'] },
    count: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    tests: { type: 'string' },
    slowest: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '240' },
    again: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(USAGE);
else process.exitCode = await main();

async function main() {
  const tree = new Tree(root);
  // What is interrupted leaves nothing behind either.
  process.on('exit', () => tree.remove());
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  const mutants = choose(new Compiler(tree.root));
  if (values.list) {
    for (const mutant of mutants) console.log(describe(mutant));
    return 0;
  }
  const covering = await coverage(tree);
  const outcomes = [];
  for (const mutant of mutants) {
    const reason = EQUIVALENT.get(mutant.id);
    const outcome =
      reason === undefined
        ? await attempt(tree, mutant, covering)
        : { result: 'equivalent', by: `reason: ${reason}` };
    outcomes.push({ mutant, ...outcome });
    console.log(
      `${outcome.result.padEnd(10)} ${describe(mutant)}${outcome.by ? `\n           ${outcome.by}` : ''}`,
    );
  }
  return summarize(outcomes);
}

function choose(compiler) {
  const folders = values.folder.map((folder) => folder.replace(/\/$/, ''));
  const all = compiler.mutants(folders);
  if (all.length === 0) throw new Error(`no mutants in ${folders.join(', ')}`);
  const only = values.only?.split(',');
  if (only !== undefined) return all.filter(({ id }) => only.includes(id));
  const chosen = [];
  for (const mutant of pick(all, Number(values.seed))) {
    if (chosen.length === Number(values.count)) break;
    if (compiler.accepts(mutant)) chosen.push(mutant);
  }
  return chosen.sort((one, other) => one.file.localeCompare(other.file) || one.start - other.start);
}

/** Records what the tests run, and returns a function that finds those for a mutant, the most promising first. */
async function coverage(tree) {
  const wanted = values.tests === undefined ? null : new RegExp(values.tests);
  const tests = tree.tests.filter((test) => (wanted === null ? !SLOW.test(test) : wanted.test(test)));
  const seen = [];
  for (const [index, test] of tests.entries()) {
    const found = await coverageOf(tree, test, {
      limitMs: Number(values.slowest) * 1000,
      isAgain: values.again,
    });
    const state = found.failure === null ? `${found.seconds.toFixed(1)} s` : `not used: ${found.failure}`;
    if (found.failure !== null || found.isNew)
      console.error(`${index + 1}/${tests.length} ${test}: ${state}`);
    if (found.failure === null) seen.push({ test, ...found });
  }
  const relevance = new Relevance(seen.map(({ test }) => [test, tree.read(test)]));
  return (mutant) => {
    const places = mutant.names === null ? [mutant] : usesOf(tree, mutant);
    const covering = seen.filter(({ lines }) => places.some(({ file, line }) => lines[file]?.includes(line)));
    return relevance.sort(covering, `${mutant.file} ${mutant.owner} ${mutant.code}`);
  };
}

/** The lines that use what is made once, when its module is loaded. */
function usesOf(tree, { names, file, line }) {
  const [name] = names;
  const uses =
    name === undefined ? [] : tree.uses(name).filter((use) => use.file !== file || use.line !== line);
  return uses.length > 0 ? uses : [{ file, line }];
}

async function attempt(tree, mutant, covering) {
  let budget = Number(values.seconds);
  const all = covering(mutant);
  const tests = all.filter(({ seconds }, index) => {
    budget -= seconds;
    return index === 0 || budget > 0;
  });
  if (tests.length === 0) return { result: 'uncovered' };
  return tree.with(mutant, async () => {
    if (tests.some(({ usesDist }) => usesDist)) await tree.build();
    for (let left = tests; left.length > 0; ) {
      const failure = await run(tree, left);
      if (failure === null) break;
      const suspect = left.find(({ test }) => test === failure.test);
      const result = failure.isLate ? 'timed out' : 'killed';
      const seen = { result, by: `by ${failure.test ?? 'all'}: ${failure.name}` };
      if (!failure.isByTime) return seen;
      // A busy machine lets tests run out of time, too: then a kill counts when the test fails again.
      if ((await run(tree, suspect ? [suspect] : left)) !== null) return seen;
      left = suspect ? left.slice(left.indexOf(suspect) + 1) : [];
    }
    return { result: 'survived', by: `by ${tests.length} of the ${all.length} test files that run it` };
  });
}

function run(tree, tests) {
  const seconds = tests.reduce((sum, test) => sum + test.seconds, 0);
  const names = tests.map(({ test }) => test);
  return runTests(tree.root, names, { limitMs: seconds * 1000 * SLACK + SLACK_MS });
}

function describe({ id, kind, file, line, before, after }) {
  const short = (text) => {
    const flat = text.replace(/\s+/g, ' ');
    return flat.length > 60 ? `${flat.slice(0, 57)}...` : flat;
  };
  return `${id} ${kind.padEnd(20)} ${file}:${line}  ${short(before)}  =>  ${short(after)}`;
}

function summarize(outcomes) {
  const kinds = [...new Set(outcomes.map(({ mutant }) => mutant.kind))].sort();
  const results = ['killed', 'timed out', 'survived', 'uncovered', 'equivalent'];
  const count = (kind, result) =>
    outcomes.filter((each) => each.result === result && (kind === 'all' || each.mutant.kind === kind)).length;
  const rows = [...kinds, 'all'].map((kind) => [
    kind,
    ...results.map((result) => String(count(kind, result))),
  ]);
  for (const row of [['kind', ...results], ...rows]) {
    console.log(row.map((cell, index) => (index === 0 ? cell.padEnd(22) : cell.padStart(11))).join(''));
  }
  const survivors = count('all', 'survived') + count('all', 'uncovered');
  return survivors > 0 ? 1 : 0;
}
