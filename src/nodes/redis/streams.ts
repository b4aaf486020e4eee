import { createRequire } from 'node:module';
import type { Namespace } from 'socket.io';
import type { AdapterConstructor, AdapterHost } from '../../runtime/cluster/node-adapter.js';
import { corrected } from '../patch-adapter.js';
import { deafClient, listeningClient, publishingClient } from './node-redis-shim.js';
import type { SendInOrder } from './redis-bus.js';
import type { Link } from './redis-connections.js';
import { macOf, StreamReader } from './stream-reader.js';

interface StreamsModule {
  createAdapter(client: object, options: object): (namespace: Namespace) => never;
}

/** The adapter over a stream, and what belongs to it. */
export interface Streams {
  readonly adapter: AdapterConstructor;
  /** Null for a process without clients. */
  readonly reader: StreamReader | null;
  readonly sendInOrder: SendInOrder;
}

/** The adapter asks again as soon as it is answered. */
const NEVER = new Promise<never>(() => {});

/** @socket.io/redis-streams-adapter. */
export function streamsAdapter(link: Link, host: AdapterHost, withRecovery: boolean): Streams {
  const { createAdapter } = createRequire(import.meta.url)(
    '@socket.io/redis-streams-adapter',
  ) as StreamsModule;
  const { prefix, streamLength } = link.options;
  const length = String(streamLength);
  const streamName = `${prefix}:stream`;
  const reader = host.hasClients ? new StreamReader(link, streamName, host.receive) : null;
  const append = (fields: Readonly<Record<string, string>>): Promise<unknown> => {
    const args = ['XADD', streamName, 'MAXLEN', '~', length, '*', 'mac', macOf(link, streamName, fields)];
    for (const name in fields) args.push(name, fields[name] as string);
    return link.append(args, streamName);
  };
  const sessionOf = (key: string, text: string) => link.signer.sign(key, text).toString('base64');
  const reading = {
    ...(reader === null ? deafClient() : listeningClient(link)),
    connect: async () => {},
    disconnect: () => reader?.close(),
    xRead: () => reader?.read() ?? NEVER,
  };
  const client = {
    ...publishingClient(link),
    duplicate: () => reading,
    xAdd: async (_name: string, _id: string, fields: Readonly<Record<string, string>>) =>
      String(await append(fields)),
    xRange: async (name: string, from: string, to: string) => (await reader?.range(name, from, to)) ?? [],
    // Nobody waits for it: a session that is not stored is one that cannot be recovered.
    set: (key: string, text: string, { PX }: { readonly PX: number }) =>
      void link.command(['SET', key, sessionOf(key, text), 'PX', String(PX)], key).catch(() => {}),
    multi: () => takeOnce(link),
  };
  const make = createAdapter(client, {
    streamName,
    channelPrefix: prefix,
    sessionKeyPrefix: `${prefix}:session:`,
  });
  const sendInOrder: SendInOrder = (message) => {
    append({ uid: '', nsp: '', type: 'bus', data: message }).catch(() => {}); // counted there
    return link.pulse.isUp;
  };
  return { adapter: corrected(make, link, host, withRecovery), reader, sendInOrder };
}

/** `multi().get(key).del(key).exec()`, which is all that the adapter says. */
function takeOnce(link: Link) {
  let taken = '';
  const multi = {
    get: (key: string) => {
      taken = key;
      return multi;
    },
    del: () => multi,
    exec: async () => {
      const signed = await link.command(['GETDEL', taken], taken);
      if (signed === null) return [null];
      const session = link.signer.verify(taken, Buffer.from(String(signed), 'base64'));
      if (session === null) link.counters.forgedMessages++;
      return [session?.toString() ?? null];
    },
  };
  return multi;
}
