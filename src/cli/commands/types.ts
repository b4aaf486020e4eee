import { clientTypesOf } from '../../inspect/types/client-types.js';
import { loadApp } from '../app.js';
import { usageError } from '../arguments.js';
import { type Command, defineCommand } from '../command.js';
import { checkDelivery, DELIVERY, deliver } from '../deliver.js';
import { EXIT } from '../exit-codes.js';

/** `gatewire types`: what clients send and receive, as TypeScript. */
export const types: Command = defineCommand({
  usage: ['types [--app FILE] [--contract] [--out FILE [--force]]'],
  options: {
    app: { type: 'string', value: 'FILE', help: 'the file that exports `app`' },
    contract: { type: 'boolean', help: 'write contracts for connect() of gatewire/client' },
    ...DELIVERY,
  },
  notes: [
    'Prints a declaration file for clients that share no code with the server: events for',
    "socket.io-client's Socket<ServerToClientEvents, ClientToServerEvents>, which imports nothing.",
    '',
    'exit codes: 0 fine, 1 the application has problems, 2 wrong usage',
  ],
  async run({ values, words, cwd, output }) {
    const [word] = words;
    if (word !== undefined) throw usageError(`\`${word}\` is one word too many`, null, 'types');
    checkDelivery(values, 'types');
    const { plan } = await loadApp(cwd, values.app);
    const text = clientTypesOf(plan, values.contract ? 'contract' : 'events');
    await deliver(text.trimEnd(), { values, cwd, output });
    return EXIT.ok;
  },
});
