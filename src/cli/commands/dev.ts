import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { relativeTo } from '../../inspect/locate.js';
import { usageError } from '../arguments.js';
import { type Command, defineCommand } from '../command.js';
import { cliError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { runUntilStopped } from '../run-until-stopped.js';
import { isTypeScript, nearestTsconfig, tsxProgram } from '../typescript.js';

const USUAL_PLACES = ['src/main.ts', 'main.ts', 'src/main.js', 'main.js'];

/** `gatewire dev`: the application, and again whenever one of its files changes. */
export const dev: Command = defineCommand({
  usage: ['dev [FILE]'],
  options: {},
  notes: [
    'FILE is what starts the application; without it the first of src/main.ts, main.ts, src/main.js, main.js.',
    'It is run by tsx, which watches every file that is imported; JavaScript is run by node --watch. At a change the',
    'application gets SIGTERM, answers what is running, and starts again. Clients reconnect by themselves.',
    'Ctrl-C ends both.',
    '',
    'exit codes: 0 ended by a signal, 1 it could not be watched any longer, 2 wrong usage, or no file to run',
  ],
  async run({ words, cwd, output }) {
    if (words.length > 1) throw usageError(`\`${words[1]}\` is one word too many`, null, 'dev');
    const file = await findMain(cwd, words[0]);
    const shown = relativeTo(cwd, file);
    const command = watchCommand(file, shown, cwd);
    output.print(`running ${shown}, and again whenever a file changes; Ctrl-C ends it`);
    await output.flush();
    const tsconfig = nearestTsconfig(file);
    const env = tsconfig === null ? process.env : { TSX_TSCONFIG_PATH: tsconfig, ...process.env };
    return (await runUntilStopped(command, { cwd, env })) ? EXIT.ok : EXIT.problems;
  },
});

async function findMain(cwd: string, named: string | undefined): Promise<string> {
  const tried = named === undefined ? USUAL_PLACES : [named];
  for (const candidate of tried) {
    const file = resolve(cwd, candidate);
    if ((await stat(file).catch(() => null))?.isFile()) return file;
  }
  throw cliError('GW_ERR_CLI_NO_MAIN', { tried: tried.join(', ') });
}

/** Arguments of node. Both keep what stands on the screen: an error must not be wiped away. */
function watchCommand(file: string, shown: string, cwd: string): readonly string[] {
  if (!isTypeScript(file)) return ['--watch', '--watch-preserve-output', file];
  const tsx = tsxProgram(file, cwd);
  if (tsx === null) throw cliError('GW_ERR_CLI_NO_LOADER', { file: shown });
  return [tsx, 'watch', '--clear-screen=false', file];
}
