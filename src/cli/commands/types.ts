import { clientTypesOf } from '../../inspect/types/client-types.js';
import { APP_OPTION, loadApp } from '../app.js';
import { type Command, defineCommand, refuseExtraWords } from '../command.js';
import { EXIT } from '../errors.js';
import { checkOutOptions, deliver, OUT_OPTIONS } from '../files.js';

/** `gatewire types`: prints what clients send and receive, as TypeScript. */
export const types: Command = defineCommand({
  usage: ['types [--app FILE] [--contract] [--out FILE [--force]]'],
  options: {
    ...APP_OPTION,
    contract: { type: 'boolean', help: 'write contracts for connect() of gatewire/client' },
    ...OUT_OPTIONS,
  },
  notes: [
    'Prints a declaration file for clients that share no code with the server: events for',
    "socket.io-client's Socket<ServerToClientEvents, ClientToServerEvents>, which imports nothing.",
    '',
    'exit codes: 0 fine, 1 the application has problems, 2 wrong usage',
  ],
  async run({ values, words, cwd, output }) {
    refuseExtraWords('types', words, 0);
    checkOutOptions('types', values);
    const { plan } = await loadApp(cwd, values.app);
    const text = clientTypesOf(plan, values.contract ? 'contract' : 'events');
    await deliver(text.trimEnd(), { values, cwd, output });
    return EXIT.ok;
  },
});
