import { EventEmitter } from 'node:events';
import { requireOf } from '../base/own-require.js';
import { checkStackOf } from '../base/stack-check.js';
import type { Problem } from '../errors/boot-error.js';
import { Decoder, PacketType } from './engineio.js';

/**
 * Checks the members of engine.io, ws and socket.io-parser that gatewire touches, on instances that belong to no client.
 * engine.io and ws in a bundle cannot be reached: there, they are what the bundle was tried with.
 */
export function checkEngineIo(): readonly Problem[] {
  const parser = checkStackOf('socket.io-parser', () => ({ Decoder: decoderSpecimen(), PacketType }));
  const load = loader();
  if (load === null) return parser;
  const { WebSocket } = requireOf('engine.io', load)('ws') as {
    WebSocket: new (address: null, protocols: undefined, options: object) => object;
  };
  return [
    ...parser,
    ...checkStackOf('engine.io', () => connectionSpecimens(load('engine.io'))),
    // As a server makes them: it opens nothing.
    ...checkStackOf('ws', () => ({ WebSocket: new WebSocket(null, undefined, {}) })),
  ];
}

function loader(): NodeJS.Require | null {
  try {
    return requireOf('socket.io');
  } catch {
    return null;
  }
}

/** Older parsers have no limit on attachments, and no options; what counts is that the limit can be taken off. */
function decoderSpecimen(): object {
  const decoder = Object.assign(new Decoder(), { opts: { maxAttachments: Number.POSITIVE_INFINITY } });
  try {
    decoder.decodeString?.('5999-["many"]');
  } catch {
    Reflect.deleteProperty(decoder, 'opts');
  }
  return decoder;
}

/** Constructors that engine.io exports, as far as a check calls them. */
interface EngineModule {
  readonly Server: new (options: object) => { prepare?(request: object): void };
  readonly Socket: new (
    id: string,
    server: object,
    transport: object,
    request: object,
    protocol: number,
  ) => EventEmitter & {
    write(text: string): void;
    close(discard: boolean): void;
    resetPingTimeout?(): void;
  };
  readonly transports: Readonly<
    Record<
      'polling' | 'websocket',
      new (
        request: object,
      ) => EventEmitter & {
        closeTimeout: number;
        onRequest(request: object): void;
        close(): void;
        shouldClose?(): void;
      }
    >
  >;
}

function connectionSpecimens({ Server, Socket, transports }: EngineModule) {
  const websocket = Object.assign(new EventEmitter(), {
    send: (_text: string, done: () => void) => done(),
    close: () => void websocket.emit('close'),
  });
  const server = new Server({ transports: ['polling'] });
  const request = { url: '/?EIO=4' };
  server.prepare?.(request);
  const poll = () =>
    Object.assign(new EventEmitter(), {
      ...request, // with its query, wherever the engine keeps it
      method: 'GET',
      headers: {},
      connection: { remoteAddress: '127.0.0.1' },
      res: {},
      websocket,
    });
  const transport = new transports.websocket(poll());
  const connection = new Socket('id', server, transport, poll(), 4);
  const events = { Socket: new Set<string>(), Transport: new Set<string>() };
  for (const event of ['data', 'packet', 'packetCreate', 'flush'])
    connection.on(event, () => events.Socket.add(event));
  connection.write('text');
  for (const receive of websocket.listeners('message')) receive(Buffer.from('4text'), false);
  connection.resetPingTimeout?.();
  const socket = copyOf(connection); // its timers end with the connection
  for (const event of ['error', 'close']) transport.on(event, () => events.Transport.add(event));
  try {
    websocket.emit('error', new Error('the end of the check'));
  } catch {
    connection.close(true); // no listener was there
  }
  const polled = new transports.polling(poll());
  polled.onRequest(poll());
  const closing = new transports.polling(poll());
  closing.closeTimeout = 0;
  closing.close();
  const polling = Object.assign(copyOf(closing), { res: copyOf(polled).res });
  closing.shouldClose?.();
  return {
    Server: server,
    Request: request,
    Socket: socket,
    Transport: transport,
    Polling: polling,
    WebSocket: transport,
    events,
  };
}

function copyOf(instance: object): { res?: unknown } {
  return Object.assign(Object.create(Object.getPrototypeOf(instance)), instance);
}
