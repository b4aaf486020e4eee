import type { Command } from './command.js';

/** A command in the list: its file is read when it is asked for. */
export interface CommandRow {
  readonly name: string;
  /** One line for `gatewire --help`. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of the help. */
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
    summary: 'look for what goes wrong most often, and say how to mend it',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
];
