// Preloaded into every process of a test (see coverage.js): writes down what V8 saw run of a tree, each second and at
// the end, because some processes of tests are killed. One line for each script, with its text at first.
import { appendFileSync } from 'node:fs';
import inspector from 'node:inspector';
import path from 'node:path';

const EVERY_MS = 1_000;
const { MUTATION_TREE: tree, MUTATION_RECORD: folder } = process.env;
const file = path.join(folder, `${process.pid}-${Date.now()}.ndjson`);
const written = new Set();
const session = new inspector.Session();
session.connect();
post('Profiler.enable');
// With counts: without them V8 tells of each function once, and not of its branches that run later.
post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
setInterval(write, EVERY_MS).unref();
process.on('exit', write);

function write() {
  const { result } = post('Profiler.takePreciseCoverage');
  const scripts = result.filter(({ url, functions }) => isOfTree(url) && functions.some(hasRun));
  if (scripts.some(({ scriptId }) => !written.has(scriptId))) post('Debugger.enable');
  const lines = scripts.map(({ scriptId, url, functions }) => {
    const ranges = functions.flatMap((each) => each.ranges);
    const text = written.has(scriptId)
      ? undefined
      : post('Debugger.getScriptSource', { scriptId }).scriptSource;
    written.add(scriptId);
    return `${JSON.stringify({ scriptId, url, text, ranges })}\n`;
  });
  post('Debugger.disable');
  appendFileSync(file, lines.join(''));
}

function isOfTree(url) {
  return ['src', 'dist'].some((name) => url.includes(`${tree}/${name}/`));
}

function hasRun({ ranges }) {
  return ranges.some(({ count }) => count > 0);
}

/** Posts, and returns the answer: within one process it comes before `post` returns. */
function post(method, params = {}) {
  let answer;
  session.post(method, params, (error, result) => {
    if (error) throw new Error(`${method}: ${error.message}`);
    answer = result;
  });
  return answer;
}
