import { type Command, HELP } from './command.js';
import { alignRows, type Paint, type Row } from './output.js';

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
