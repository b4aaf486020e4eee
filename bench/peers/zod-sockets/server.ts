// The same events written with zod-sockets, as its README says: actions with schemas of what comes in and of the answer. It has no
// guards: the handler checks. This version takes zod 3, and brings it along.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { z } from 'zod';
import { ActionsFactory, attachSockets, createSimpleConfig } from 'zod-sockets';

const messageSchema = z.object({ room: z.string(), text: z.string().max(2000) });
// What travels here may be of any length: the schema above is that of the event which is validated.
const said = z.object({ room: z.string(), text: z.string() });
let ticks = 0;

const config = createSimpleConfig({ startupLogo: false, emission: { said: { schema: z.tuple([said]) } } });
const factory = new ActionsFactory(config);

const echoOf = (event: string) =>
  factory.build({
    event,
    input: z.tuple([z.unknown()]),
    output: z.tuple([z.unknown()]),
    handler: async ({ input: [payload] }) => [payload] as [unknown],
  });

const send = factory.build({
  event: 'send',
  input: z.tuple([messageSchema]),
  output: z.tuple([z.object({ id: z.string() })]),
  handler: async ({ client }) => {
    if (!client.isConnected()) throw new Error('forbidden');
    return [{ id: '1' }] as [{ id: string }];
  },
});

const tick = factory.build({
  event: 'tick',
  input: z.tuple([]),
  handler: async () => {
    ticks += 1;
  },
});

const count = factory.build({
  event: 'count',
  input: z.tuple([]),
  output: z.tuple([z.object({ ticks: z.number() })]),
  handler: async () => [{ ticks }] as [{ ticks: number }],
});

const join = factory.build({
  event: 'join',
  input: z.tuple([z.string()]),
  output: z.tuple([]),
  handler: async ({ input: [room], client }) => {
    await client.join(room);
    return [] as [];
  },
});

const say = factory.build({
  event: 'say',
  input: z.tuple([said]),
  output: z.tuple([]),
  handler: async ({ input: [message], withRooms }) => {
    await withRooms(message.room).broadcast('said', message);
    return [] as [];
  },
});

interface StartOptions {
  readonly handlers: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Starts the server on a free port of 127.0.0.1 with `handlers` event handlers and resolves with the port. */
export async function start({ handlers, tls }: StartOptions) {
  const extra = Array.from({ length: Math.max(handlers - 6, 0) }, (_, i) => echoOf(`extra:${i + 6}`));
  const target = tls ? (await import('node:https')).createServer(tls) : createServer();
  const log = () => {};
  await attachSockets({
    io: new Server(),
    config,
    actions: [echoOf('echo'), send, tick, count, join, say, ...extra],
    target,
    logger: { debug: log, info: log, warn: log, error: log },
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  const address = target.address();
  return typeof address === 'object' ? address?.port : undefined;
}
