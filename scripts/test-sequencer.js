// Asked by jest for the order of the test files: the longest come first, so that no worker ends long after the others.
// jest itself knows times only after a first run on the same machine, and CI always runs for the first time.
import path from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Files that take several seconds, the longest first: paths in test/. */
export const LONGEST = [
  'product/package/bundlers.install',
  'product/cli/scaffold.install',
  'product/stack-rename',
  'product/docs/site.browser',
  'product/docs/tutorials.install',
  'product/examples/chat.browser',
  'product/examples/secure-chat.browser',
  'product/interop/clients',
  'product/package/tarball.install',
  'nodes/proxies',
  'nodes/topologies',
  'product/examples/secure-chat.process',
  'product/examples/file-transfer.browser',
  'product/docs/site',
  'product/cli/loading',
  'product/cli/events',
  'product/cli/documents',
  'product/examples/cluster.browser',
  'product/docs/snippets/how-to',
  'nodes/cluster/restart',
  'nodes/processes',
  'hostile/random-packets',
  'product/docs/snippets/reference',
  'nodes/publisher',
  'nodes/refusals',
  'types/contract',
  'product/package/runners',
  'server/expiry',
  'product/cli/dev',
  'product/cli/add',
  'nodes/cluster/spread',
  'hostile/error-disclosure',
  'hostile/disconnecting',
  'hostile/events-while-connecting',
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
