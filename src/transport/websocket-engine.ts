import { Duplex } from 'node:stream';
import type { ServerOptions } from 'socket.io';
import type { Logger } from '../base/logger.js';
import { engineClass } from '../base/socketio-packages.js';
import { checkStackOf, type Specimens, versionOf } from '../base/stack-check.js';
import {
  collectingServer,
  collectingWebSocket,
  type WebSocketClass,
  type WebSocketServer,
  type WebSocketServerClass,
} from './websocket.js';

/** How frames leave: those of a turn together, or each at once as in plain Socket.IO. */
export type WebSocketEngine = 'batching' | 'plain';

/**
 * Returns the option of Engine.IO that has WebSockets collect their frames. Where the installed packages do not fit, there is
 * none, and one warning.
 */
export function engineOptions(
  engine: WebSocketEngine,
  logger: Pick<Logger, 'warn'>,
): Pick<Partial<ServerOptions>, 'wsEngine'> {
  if (engine === 'plain') return {};
  const Server = serverClass();
  const problems = checkStackOf('ws', () => specimensOf(Server));
  if (problems.length === 0) return { wsEngine: collectingServer(Server) as never };
  const reason = problems.map(({ message }) => message).join('; ');
  const versions = ['socket.io', 'engine.io', 'ws'].map((name) => `${name} ${versionOf(name)}`).join(', ');
  logger.warn({ event: 'engine.plain', option: 'engine', reason, versions });
  return {};
}

/** Class of ws, in the copy that Engine.IO itself uses: also in a bundle, and where only Engine.IO can load it. */
function serverClass(): WebSocketServerClass {
  const engine = new (engineClass())({ transports: ['polling'] }) as { opts?: Partial<ServerOptions> };
  return engine.opts?.wsEngine as unknown as WebSocketServerClass;
}

/** Makes what the check looks at: a WebSocket of no client, and what it writes and reads with a collector and without. */
function specimensOf(base: WebSocketServerClass): Specimens<'ws'> {
  const server = new base({ noServer: true });
  const WebSocket = (server as Partial<WebSocketServer>).options?.WebSocket;
  if (WebSocket === undefined) return { WebSocketServer: server };
  const socket = new WebSocket(null, undefined, {});
  socket.setSocket?.(new Wire() as never, Buffer.alloc(0), {});
  const { _sender: sender, _receiver: receiver } = socket;
  const isWhole = isFunction(sender?.sendFrame) && isFunction(receiver?.consume) && '_mask' in receiver;
  if (isWhole && trial(WebSocket) !== trial(collectingWebSocket(WebSocket)))
    throw new Error('it writes or reads other frames than without a collector');
  return {
    WebSocketServer: server,
    OpenWebSocket: socket,
    ...(sender && { Sender: sender }),
    ...(receiver && { Receiver: receiver }),
  };
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** Sends some of everything and receives a long message; returns the bytes that leave, and the message. */
function trial(WebSocket: WebSocketClass): string {
  const wire = new Wire();
  const socket = new WebSocket(null, undefined, {});
  socket.setSocket(wire as never, Buffer.alloc(0), {});
  let heard = '';
  socket.on('message', (data) => {
    heard = String(data);
  });
  socket._receiver.write(maskedFrame('grüße '.repeat(40)));
  for (const data of ['text', 'längst', 'long '.repeat(100), Buffer.from('bytes'), new Uint8Array(3)])
    socket.send(data);
  socket._sender.sendFrame([Buffer.from([0x81, 4]), Buffer.from('room')]);
  socket.close(1_000);
  socket.terminate();
  return wire.written + heard;
}

/** Makes the frame of a client. It is unmasked in place, so that each is for one reader. */
function maskedFrame(text: string): Buffer {
  const mask = [1, 2, 4, 8];
  const payload = Buffer.from(text);
  const masked = payload.map((byte, i) => byte ^ (mask[i % mask.length] as number));
  return Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff, ...mask, ...masked]);
}

/** Network that takes everything at once. */
class Wire extends Duplex {
  written = '';

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString('latin1');
    done();
  }
}
