import { once } from 'node:events';
import { type RawWebSocket, WebSocket } from './raw-websocket.js';
import { within } from './within.js';

/** A WebSocket whose frames are read one after the other. */
export class FrameReader {
  readonly socket: RawWebSocket;
  private readonly frames: (string | Buffer)[] = [];
  private wake: () => void = () => {};
  isClosed = false;

  /** @param answersPings - answers the engine's pings and does not show them */
  constructor(url: string, { answersPings = true } = {}) {
    this.socket = new WebSocket(url);
    this.socket.on('error', () => {});
    this.socket.on('message', (data, isBinary) => {
      const frame = isBinary ? data : data.toString('utf8');
      if (answersPings && frame === '2') return this.socket.send('3');
      this.frames.push(frame);
      this.wake();
    });
    this.socket.on('close', () => {
      this.isClosed = true;
      this.wake();
    });
  }

  async opened(): Promise<void> {
    await within('the WebSocket to open', once(this.socket as never, 'open'));
  }

  send(...frames: (string | Buffer)[]): void {
    for (const frame of frames) this.socket.send(frame);
  }

  /** The next frame; rejects when the server closes instead. */
  async next(): Promise<string | Buffer> {
    const read = async (): Promise<string | Buffer> => {
      for (;;) {
        const frame = this.frames.shift();
        if (frame !== undefined) return frame;
        if (this.isClosed) throw new Error('the server closed the connection');
        await this.change();
      }
    };
    return within('the next frame', read());
  }

  /** Waits for the server to close, and returns the frames that nobody has read. */
  async closed(): Promise<(string | Buffer)[]> {
    const wait = async (): Promise<void> => {
      while (!this.isClosed) await this.change();
    };
    await within('the server to close the connection', wait());
    return this.frames.splice(0);
  }

  close(): void {
    this.socket.terminate();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
