// Asked by jest for the order of the test files: the longest come first, so that no worker ends long after the others.
// jest itself knows times only after a first run on the same machine, and CI always runs for the first time.
import path from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Files that take several seconds, the longest first: paths in test/. */
export const LONGEST = [
  'product/package/bundlers.install',
  'product/cli/scaffold.install',
  'product/docs/site.browser',
  'product/docs/tutorials.install',
  'product/examples/chat.browser',
  'product/examples/secure-chat.browser',
  'product/package/tarball.install',
  'product/examples/file-transfer.browser',
  'product/examples/cluster.browser',
  'nodes/proxies',
  'product/examples/secure-chat.process',
  'nodes/topologies',
  'server/topics/schedules',
  'nodes/topics/loss',
  'product/interop/clients',
  'product/stack-rename',
  'product/cli/loading',
  'product/cli/events',
  'nodes/cluster/restart',
  'product/docs/site',
  'nodes/processes',
  'product/docs/snippets/how-to',
  'product/cli/documents',
  'nodes/batches',
  'nodes/brokers/kafka',
  'product/examples/file-transfer.process',
  'product/docs/snippets/reference',
  'product/cli/new',
  'nodes/rights',
  'hostile/random-packets',
  'hostile/acknowledgements',
  'nodes/refusals',
  'nodes/outage',
  'server/expiry',
  'product/cli/load',
  'product/asyncapi',
  'product/examples/cluster.process',
];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const areKnown = sorted.every(({ duration }) => duration !== undefined);
    return areKnown ? sorted : sorted.sort((a, b) => place(a) - place(b));
  }
}

function place({ path: file }) {
  const found = LONGEST.findIndex((name) => file.endsWith(path.join('test', `${name}.test.ts`)));
  return found === -1 ? LONGEST.length : found;
}
