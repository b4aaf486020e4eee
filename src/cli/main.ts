#!/usr/bin/env node
import { suggest } from '../base/suggest.js';
import { renderProblem } from '../errors/boot-error.js';
import { type Command, HELP, parseArguments, unknownOption } from './command.js';
import { CliError, EXIT, type ExitCode, isReport, usageError } from './errors.js';
import { alignRows, createOutput, type Output, type Paint, type Row } from './output.js';
import { ownManifest } from './packages.js';

const output = createOutput(process.stdout, process.stderr, process.env);

/** Runs one command line, and prints the errors that the user can fix. */
async function run(args: readonly string[], cwd: string): Promise<ExitCode> {
  try {
    return await follow(args, cwd, output);
  } catch (error) {
    if (isReport(error)) {
      output.complain(error.message);
      return EXIT.problems;
    }
    if (!(error instanceof CliError)) throw error;
    output.complain(renderProblem(error.problem));
    return error.exitCode;
  }
}

async function follow(args: readonly string[], cwd: string, output: Output): Promise<ExitCode> {
  const [first = '--help', ...rest] = args;
  if (first.startsWith('-')) {
    output.print(answerOption(first, output));
    return EXIT.ok;
  }
  if (first === 'help')
    return follow(rest.length === 0 ? ['--help'] : [...rest.slice(0, 1), '--help'], cwd, output);
  const row = COMMANDS.find(({ name }) => name === first);
  if (row === undefined) {
    const names = COMMANDS.map(({ name }) => name);
    throw usageError(null, `unknown command \`${first}\``, suggest(first, names));
  }
  const command = await row.load();
  const { values, words } = parseArguments(rest, command.options, row.name);
  if (values['help'] === true) {
    output.print(commandHelp(command, output.paint));
    return EXIT.ok;
  }
  return command.run({ values, words, cwd, output });
}

/** Answers an option that stands in the place of a command. */
function answerOption(option: string, { paint }: Output): string {
  if (option === '--version' || option === '-v') return ownManifest().version;
  if (option === '--help' || option === '-h') return programHelp(paint);
  throw unknownOption(null, option, ['help', 'version']);
}

/** Prints the stack of a defect of this program, which a bug report needs. */
function reportDefect(error: unknown): ExitCode {
  output.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.problems;
}

/** Ends the process at once: the imported application may have timers and connections that keep it alive. */
async function end(code: ExitCode): Promise<never> {
  try {
    await output.flush();
  } catch (error) {
    process.stderr.write(`gatewire: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(EXIT.problems);
  }
  process.exit(code);
}

/** Row of the list of commands. The file of a command is read when the command is run. */
export interface CommandRow {
  readonly name: string;
  /** Line in `gatewire --help`. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'new',
    summary: 'make a project that begins with one of the examples',
    load: async () => (await import('./commands/new.js')).newProject,
  },
  {
    name: 'add',
    summary: 'write a gateway, a contract or a middleware, with a test',
    load: async () => (await import('./commands/add.js')).add,
  },
  {
    name: 'dev',
    summary: 'run an application, and again whenever a file changes',
    load: async () => (await import('./commands/dev.js')).dev,
  },
  {
    name: 'start',
    summary: 'run an application on several cores, and keep it running',
    load: async () => (await import('./commands/start.js')).start,
  },
  {
    name: 'events',
    summary: 'list the namespaces, events and handlers of an application',
    load: async () => (await import('./commands/events.js')).events,
  },
  {
    name: 'asyncapi',
    summary: 'print an application as an AsyncAPI 3 document',
    load: async () => (await import('./commands/asyncapi.js')).asyncapi,
  },
  {
    name: 'types',
    summary: 'print TypeScript for clients that share no code with the server',
    load: async () => (await import('./commands/types.js')).types,
  },
  {
    name: 'load',
    summary: 'connect many clients to a server, and measure the answers',
    load: async () => (await import('./commands/load.js')).load,
  },
  {
    name: 'doctor',
    summary: 'look for what goes wrong most often, and say how to fix it',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
];

/** Writes the text of `gatewire --help`. */
export function programHelp(paint: Paint): string {
  const commands = COMMANDS.map(({ name, summary }) => helpRow(name, summary));
  const options = [helpRow('-h, --help', 'show this help'), helpRow('-v, --version', 'print the version')];
  return [
    'gatewire: real-time servers on Socket.IO',
    '',
    'usage: gatewire COMMAND [options]',
    '',
    'commands',
    ...alignRows(commands, 2, paint),
    '',
    'options',
    ...alignRows(options, 2, paint),
    '',
    'gatewire COMMAND --help shows the options of a command',
  ].join('\n');
}

/** Writes the text of `gatewire COMMAND --help`. */
export function commandHelp({ usage, options, notes }: Command, paint: Paint): string {
  const rows = Object.entries({ ...options, ...HELP }).map(([name, { value, help }]) => {
    const short = name === 'help' ? '-h, ' : '    ';
    return helpRow(short + (value === undefined ? `--${name}` : `--${name} ${value}`), help);
  });
  return [
    ...usage.map((line, i) => `${i === 0 ? 'usage:' : '      '} gatewire ${line}`),
    '',
    'options',
    ...alignRows(rows, 2, paint),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

function helpRow(title: string, text: string): Row {
  return [{ text: title, style: 'title' }, { text }];
}

void run(process.argv.slice(2), process.cwd()).catch(reportDefect).then(end);
