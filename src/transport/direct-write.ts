import {
  type ConnectionStep,
  collectingWebSocketOf,
  type Engine,
  type EngineConnection,
  hasQueue,
  PacketType,
} from './engineio.js';
import { isQuestion } from './packet-text.js';
import type { Frame } from './websocket.js';

/** Options of a message, as Socket.IO gives them: one object for all sockets of a room. */
interface WriteOptions {
  readonly volatile?: boolean;
  /** Frame that the adapter has made of the message for all sockets of the room. */
  readonly wsPreEncodedFrame?: Frame;
}

type Write = (
  this: WritingConnection,
  data: unknown,
  options?: WriteOptions,
  callback?: () => void,
) => unknown;

interface Observed {
  listenerCount(event: 'packetCreate' | 'flush' | 'drain'): number;
}

interface WritingConnection extends EngineConnection, Observed {
  write: Write;
}

/** Type of an Engine.IO packet that has a message. */
const MESSAGE = '4';
const CHAR_ZERO = 0x30;
const EVENT = PacketType.EVENT + CHAR_ZERO;
const ACK = PacketType.ACK + CHAR_ZERO;

/**
 * Makes the step that has messages of a connection handed to its WebSocket where Engine.IO would send them at once, without
 * the packet that it makes of each and the events that tell of it. Everything else goes the way of Engine.IO, and so does all
 * that follows while something waits there.
 *
 * @param ownListeners - listeners of `packetCreate`, and of `flush`, that have no need to be told: all further ones have
 */
export function directWrites(engine: Engine, ownListeners: number): ConnectionStep {
  let writeByEngine: Write | null = null;
  // One function for all connections.
  const write: Write = function writeMessage(this: WritingConnection, data, options, callback) {
    const webSocket = collectingWebSocketOf(this);
    if (webSocket !== null) {
      // As Engine.IO has it, which sends nothing further until the tick is over.
      if (options?.volatile === true && webSocket.hasTakenInTick) return this;
      const isSimple = callback === undefined && typeof data === 'string' && !hasQueue(this);
      if (isSimple && !isObserved(this, engine as unknown as Observed, ownListeners)) {
        const frame = options?.wsPreEncodedFrame;
        // Looked at as it is sent: each look at a string that was put together copies it.
        const message = frame === undefined ? MESSAGE + data : data;
        if (isPlain(message, message.length - data.length)) {
          if (frame === undefined ? webSocket.offer(message) : webSocket.offerFrame(frame)) return this;
        }
      }
    }
    return (writeByEngine as Write).call(this, data, options, callback);
  };
  return (connection, next) => {
    const writing = connection as unknown as WritingConnection;
    writeByEngine ??= writing.write;
    writing.write = write;
    next(connection);
  };
}

/**
 * Tells the messages that nobody counts: events that ask for nothing, and acknowledgements, without binary parts.
 *
 * @param from - where the packet of Socket.IO begins
 */
function isPlain(message: string, from: number): boolean {
  const type = message.charCodeAt(from);
  return type === ACK || (type === EVENT && !isQuestion(message, from + 1));
}

/** Tells whether somebody listens who is to be told of each packet. */
function isObserved(connection: WritingConnection, engine: Observed, ownListeners: number): boolean {
  return (
    connection.listenerCount('packetCreate') > ownListeners ||
    connection.listenerCount('flush') > ownListeners ||
    connection.listenerCount('drain') > 0 ||
    engine.listenerCount('flush') > 0 ||
    engine.listenerCount('drain') > 0
  );
}
