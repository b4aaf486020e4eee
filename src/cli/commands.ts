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
    name: 'events',
    summary: 'list the namespaces, events and handlers of an application',
    load: async () => (await import('./commands/events.js')).events,
  },
];
