import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { relativeTo } from '../../inspect/locate.js';
import { runCluster } from '../../nodes/cores/index.js';
import { usageError } from '../arguments.js';
import { type Command, defineCommand } from '../command.js';
import { cliError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { isTypeScript, nearestTsconfig, tsxLoader } from '../typescript.js';

/** `gatewire start`: the application in as many processes as are wanted, behind one port. */
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
    const [named, tooMany] = words;
    if (named === undefined) throw usageError('the file to run is missing', null, 'start');
    if (tooMany !== undefined) throw usageError(`\`${tooMany}\` is one word too many`, null, 'start');
    const nodes = values.nodes === 'auto' ? 'auto' : wholeNumber('nodes', values.nodes ?? '1', 1, 1_000);
    const port = values.port === undefined ? undefined : wholeNumber('port', values.port, 0, 65_535);
    const script = resolve(cwd, named);
    if (!(await stat(script).catch(() => null))?.isFile())
      throw cliError('GW_ERR_CLI_NO_MAIN', { tried: named });
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
    `option \`--${option}\` is \`${written}\`, not a whole number from ${from} to ${to}${words}`,
    null,
    'start',
  );
}

/** What node needs to run the file. tsx would look for tsconfig.json in the working directory. */
function nodeArguments(file: string, cwd: string): readonly string[] {
  if (!isTypeScript(file)) return process.execArgv;
  const loader = tsxLoader(file, cwd);
  if (loader === null) throw cliError('GW_ERR_CLI_NO_LOADER', { file: relativeTo(cwd, file) });
  const tsconfig = nearestTsconfig(file);
  if (tsconfig !== null) process.env['TSX_TSCONFIG_PATH'] ??= tsconfig;
  return [...process.execArgv, '--import', loader];
}
