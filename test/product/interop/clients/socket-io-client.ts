import { within } from '../../../support/within.js';
import { toBuffers } from './bytes.js';
import {
  type Connection,
  type ConnectOptions,
  type InteropClient,
  Refused,
  SERVER_EVENTS,
} from './client.js';
import { Inbox } from './inbox.js';

/** The part that versions 2 to 4 have in common. */
interface AnySocket {
  readonly io: { readonly engine: AnyEngine };
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  close(): unknown;
}

interface AnyEngine {
  readonly transport: { readonly name: string };
  once(event: string, listener: () => void): unknown;
}

type Connect = (url: string, options: object) => AnySocket;

/**
 * One version of socket.io-client.
 *
 * @param packageName - under which name it is installed
 * @param refusal - the event that says that a namespace is not for this client
 */
export function socketIoClient(
  version: string,
  packageName: string,
  refusal: 'connect_error' | 'error' = 'connect_error',
): InteropClient {
  return {
    name: `socket.io-client ${version}`,
    transports: ['websocket', 'polling', 'upgrade'],
    hasBinary: true,
    reconnects: true,
    isEio3: refusal === 'error',
    async connect(url, { transport, namespace }: ConnectOptions) {
      const module = (await import(packageName)) as { io?: Connect; default: Connect };
      const socket = (module.io ?? module.default)(url + namespace, {
        transports: transport === 'upgrade' ? ['polling', 'websocket'] : [transport],
        forceNew: true,
        reconnectionDelay: 50,
        reconnectionDelayMax: 200,
      });
      const inbox = new Inbox();
      for (const event of [...SERVER_EVENTS, 'connect', 'disconnect']) {
        socket.on(event, (...args) => inbox.push(event, args.map(toBuffers)));
      }
      const refused = new Promise<never>((_, reject) => {
        socket.on(refusal, (answer) => reject(new Refused(answer)));
      });
      try {
        await Promise.race([inbox.next('connect'), refused]);
      } catch (error) {
        socket.close();
        throw error;
      }
      refused.catch(() => undefined);
      return connection(socket, inbox);
    },
  };
}

function connection(socket: AnySocket, inbox: Inbox): Connection {
  return {
    transport: async () => socket.io.engine.transport.name,
    async upgraded() {
      const { engine } = socket.io;
      if (engine.transport.name === 'websocket') return;
      const done = new Promise<void>((resolve) => engine.once('upgrade', resolve));
      await within('the upgrade', done);
    },
    call(event, ...args) {
      const answer = new Promise<unknown[]>((resolve) => {
        socket.emit(event, ...args, (...answers: unknown[]) => resolve(answers.map(toBuffers)));
      });
      return within(`the answer to ${event}`, answer);
    },
    async emit(event, ...args) {
      socket.emit(event, ...args);
    },
    next: (event) => inbox.next(event),
    async close() {
      socket.close();
    },
  };
}
