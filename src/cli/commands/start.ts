import { runCluster } from '../../nodes/cores/index.js';
import { findMain } from '../app.js';
import { type Command, defineCommand, refuseExtraWords } from '../command.js';
import { EXIT, usageError } from '../errors.js';
import { isTypeScript, tsxLoader, useNearestTsconfig } from '../typescript.js';

/** `gatewire start`: runs an application in several processes behind one port. */
export const start: Command = defineCommand({
  usage: ['start [--nodes N|auto] [--port P] FILE'],
  options: {
    nodes: {
      type: 'string',
      value: 'N|auto',
      help: 'how many processes, auto for one on each core; 1 otherwise',
    },
    port: {
      type: 'string',
      value: 'P',
      help: 'the port, whatever the application asks for; it has it as PORT',
    },
  },
  notes: [
    'FILE is what starts the application, as node would; TypeScript is read by tsx. This process has the port and runs',
    'no code of the application. A node that ends is started again, after a wait that grows. SIGHUP replaces the nodes',
    'by new ones, one after the other. SIGTERM and Ctrl-C see all clients off; the second one ends at once.',
    '',
    'exit codes: 0 ended by a signal, 1 nodes end before they listen, or a second signal, 2 wrong usage, or no file to run',
  ],
  async run({ values, words, cwd }) {
    const [named] = words;
    if (named === undefined) throw usageError('start', 'the file to run is missing');
    refuseExtraWords('start', words, 1);
    const nodes = values.nodes === 'auto' ? 'auto' : wholeNumber('nodes', values.nodes ?? '1', 1, 1_000);
    const port = values.port === undefined ? undefined : wholeNumber('port', values.port, 0, 65_535);
    const script = await findMain(cwd, named);
    await runCluster({
      script,
      nodes,
      ...(port !== undefined && { port }),
      execArgv: nodeArguments(script, cwd),
    });
    return EXIT.ok;
  },
});

function wholeNumber(option: string, written: string, from: number, to: number): number {
  const number = Number(written);
  if (/^\d+$/.test(written) && number >= from && number <= to) return number;
  const words = option === 'nodes' ? ', or auto' : '';
  throw usageError(
    'start',
    `option \`--${option}\` is \`${written}\`, not a whole number from ${from} to ${to}${words}`,
  );
}

/** Returns the arguments of node with which it can run the file. */
function nodeArguments(file: string, cwd: string): readonly string[] {
  if (!isTypeScript(file)) return process.execArgv;
  const loader = tsxLoader(file, cwd);
  useNearestTsconfig(file);
  return [...process.execArgv, '--import', loader];
}
