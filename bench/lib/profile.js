// Where the CPU time of a server goes: by package, and by function.
const ROWS = 15;

/**
 * Sums up a profile of V8. Time of functions of the engine itself counts for what called them, except the writes to sockets and
 * the garbage collector, which have rows of their own.
 *
 * @returns rows `{ name, share }`, the largest first
 */
export function selfTimes({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) byId.get(child).parent = node;
  const modules = new Map();
  const functions = new Map();
  let total = 0;
  for (const [i, id] of samples.entries()) {
    const node = byId.get(id);
    if (node.callFrame.functionName === '(idle)' || node.callFrame.url === 'node:inspector') continue;
    total += timeDeltas[i];
    add(modules, moduleOf(node), timeDeltas[i]);
    add(functions, `${node.callFrame.functionName || '(anonymous)'} ${moduleOf(node)}`, timeDeltas[i]);
  }
  return { modules: largest(modules, total), functions: largest(functions, total) };
}

function add(sums, name, time) {
  sums.set(name, (sums.get(name) ?? 0) + time);
}

function largest(sums, total) {
  return [...sums]
    .map(([name, time]) => ({ name, share: time / total }))
    .sort((a, b) => b.share - a.share)
    .slice(0, ROWS);
}

const OWN_ROW = /^(\(garbage collector\)|\(program\)|write\w*)$/;

function moduleOf(node) {
  const { url, functionName } = node.callFrame;
  if (url !== '') return nameOf(url);
  if (OWN_ROW.test(functionName) || node.parent === undefined) return functionName;
  return moduleOf(node.parent);
}

function nameOf(url) {
  if (url.startsWith('node:')) return url;
  const found = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url);
  if (found !== null) return found[1];
  return url.includes('/dist/') ? 'gatewire' : 'application';
}

export function formatProfile(title, { modules, functions }) {
  const lines = (rows) =>
    rows.map(({ name, share }) => `  ${(share * 100).toFixed(1).padStart(5)} %  ${name}`).join('\n');
  return `${title}\nself time by module\n${lines(modules)}\nself time by function\n${lines(functions)}`;
}
