import { createRequire } from 'node:module';

/** The part of a WebSocket of `ws` that tests use. */
export interface RawWebSocket {
  readonly readyState: number;
  send(data: string | Uint8Array, done?: (error?: Error) => void): void;
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
  on(event: 'open' | 'close', listener: () => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  /** Reads no more. */
  pause(): void;
  close(): void;
  terminate(): void;
}

// The copy that the server itself uses.
const fromSocketIo = createRequire(createRequire(import.meta.url).resolve('socket.io/package.json'));
const fromEngine = createRequire(fromSocketIo.resolve('engine.io'));

/** A WebSocket without anything of Socket.IO in it. */
export const { WebSocket } = fromEngine('ws') as {
  WebSocket: new (url: string, options?: object) => RawWebSocket;
};

/** @param query - what is asked for besides the transport, `&` in front */
export function engineUrl(url: string, query = ''): string {
  return `${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket${query}`;
}
