import type { Socket } from 'node:net';
import type { Private } from '../base/stack.js';
import { type FrameCallback, FrameCollector } from './frame-collector.js';
import { type Receiver, unmaskByWords } from './unmask.js';

/** Bytes of the longest payloads that are collected: beyond them a copy costs more than a write. */
const LONGEST_TEXT = 32_768;
const LONGEST_BINARY = 4_096;

/** First bytes of frames of RFC 6455, section 5.2, each with the bit of a frame that is a whole message. */
const TEXT = 0x81;
const BINARY = 0x82;
const CLOSE = 0x88;
/** Lengths up to 125 stand in the second byte; those of 16 bits stand behind it. */
const SHORT = 125;
const LENGTH_16 = 126;

const OPEN = 1;

const kFrames = Symbol('gatewire.frames');
const kSender = Symbol('gatewire.sender');
const kText = Symbol('gatewire.text');

/** Frame as ws makes it: its head, and its payload. Engine.IO hands the same frame to all sockets of a room. */
export type Frame = readonly (Buffer | string)[] & { [kText]?: string };

/** Undocumented members of a WebSocket that is open. */
type Members = Private<
  'ws',
  'OpenWebSocket',
  {
    readonly _sender: Sender;
    readonly _receiver: Receiver;
    setSocket(socket: Socket, head: Buffer, options: object): void;
  }
>;

/** Part of ws that writes every frame, whatever made it. */
type Sender = Private<'ws', 'Sender', { sendFrame(frame: Frame, callback?: FrameCallback): void }>;

/** WebSocket of ws, as far as it is extended here. */
declare class ServerWebSocket implements Members {
  constructor(address: null, protocols: undefined, options: object);
  readonly _sender: Sender;
  readonly _receiver: Receiver;
  readonly readyState: number;
  readonly extensions: string;
  get bufferedAmount(): number;
  on(event: 'message', listener: (data: unknown) => void): this;
  setSocket(socket: Socket, head: Buffer, options: object): void;
  send(data: unknown, options?: unknown, callback?: FrameCallback): void;
  close(code?: number): void;
  terminate(): void;
}

export type WebSocketClass = typeof ServerWebSocket;

/** What a WebSocket that collects frames takes past ws; it refuses what has to wait, or to be made by ws. */
export interface CollectingWebSocket {
  /** True when something was taken in this tick. */
  readonly hasTakenInTick: boolean;
  /** Takes a text, and tells whether it did. */
  offer(text: string): boolean;
  /** Takes a frame of ws that other WebSockets get, too, and tells whether it did. */
  offerFrame(frame: Frame): boolean;
}

/** Server of ws, which agrees with clients on WebSockets. */
export type WebSocketServer = Private<
  'ws',
  'WebSocketServer',
  { readonly options: { readonly WebSocket: WebSocketClass } }
>;

export type WebSocketServerClass = new (options: object) => WebSocketServer;

/** Sender whose frames are collected. */
type CollectingSender = Sender & { [kFrames]: FrameCollector };

/** Extends a class of servers by one whose WebSockets collect their frames. */
export function collectingServer(base: WebSocketServerClass): WebSocketServerClass {
  const { options } = new base({ noServer: true });
  const WebSocket = collectingWebSocket(options.WebSocket);
  return class extends base {
    constructor(given: object) {
      super({ ...given, WebSocket });
    }
  };
}

/**
 * Extends the class of WebSockets of a server by one that collects frames. Compression, closing and errors stay those of ws:
 * what it would write is taken from it. Text and bytes without options, which nearly all is, are framed here.
 */
export function collectingWebSocket(base: WebSocketClass): WebSocketClass {
  return class extends base implements CollectingWebSocket {
    #frames: FrameCollector | null = null;
    /** False where a message may wait in ws: the next one waits behind it. */
    #isSimple = false;

    override setSocket(socket: Socket, head: Buffer, options: object): void {
      super.setSocket(socket, head, options);
      const frames = new FrameCollector(socket);
      this.#frames = frames;
      this.#isSimple = this.extensions === '';
      const sender = Object.assign(this._sender, { [kFrames]: frames, sendFrame: collectFrame });
      unmaskByWords(this._receiver);
      Object.assign(socket, { [kSender]: sender }).prependListener('end', stopAtEnd);
    }

    override send(data: unknown, options?: unknown, callback?: FrameCallback): void {
      if (!this.#isReady) return super.send(data, options, callback);
      const hasOptions = typeof options === 'object' || callback !== undefined;
      const frame = hasOptions ? null : frameOf(data);
      if (frame !== null) return this.#frames?.add(frame, options as FrameCallback | undefined);
      // Options may begin a message of several frames, and a Blob is read first.
      this.#isSimple = !hasOptions && (typeof data === 'string' || isBytes(data));
      super.send(data, options, callback);
    }

    get hasTakenInTick(): boolean {
      return this.#frames?.hasTakenInTick === true;
    }

    offer(text: string): boolean {
      const frame = this.#isReady ? frameOf(text) : null;
      return frame !== null && this.#frames?.offer(frame) === true;
    }

    offerFrame(frame: Frame): boolean {
      const isShort = (frame[1]?.length ?? 0) <= LONGEST_TEXT;
      return this.#isReady && isShort && this.#frames?.offer(textOf(frame)) === true;
    }

    get #isReady(): boolean {
      return this.#isSimple && this.readyState === OPEN;
    }

    override terminate(): void {
      if (this.#frames !== null) stopCollecting(this._sender as CollectingSender);
      super.terminate();
    }

    override get bufferedAmount(): number {
      return super.bufferedAmount + (this.#frames?.bytes ?? 0);
    }
  };
}

/** Takes the place of `sendFrame` of ws. Engine.IO calls it for rooms, too. */
function collectFrame(this: CollectingSender, frame: Frame, callback?: FrameCallback): void {
  const [head, payload] = frame as readonly [Buffer, Buffer | string];
  const longest = typeof payload === 'string' || head[0] === TEXT ? LONGEST_TEXT : LONGEST_BINARY;
  if (head[0] !== CLOSE && payload.length <= longest) return this[kFrames].add(textOf(frame), callback);
  this[kFrames].writeThrough(() => classOf(this).sendFrame.call(this, frame, callback));
  if (head[0] === CLOSE) stopCollecting(this);
}

const classOf = (sender: Sender): Sender => Object.getPrototypeOf(sender);

/** Ends a collector: from here on, ws writes what is still sent, and says what becomes of it. */
function stopCollecting(sender: CollectingSender): void {
  sender[kFrames].flush();
  // Deleting it would make a hash table of the sender, for what may be its last frame.
  sender.sendFrame = classOf(sender).sendFrame;
}

/** ws ends the other side of a connection whose client has ended its own, and the client may still read. */
function stopAtEnd(this: Socket & { [kSender]?: CollectingSender }): void {
  if (this[kSender] !== undefined) stopCollecting(this[kSender]);
}

/** Makes a frame of ws a string, once for all sockets that it is for. */
function textOf(frame: Frame): string {
  frame[kText] ??= frame.map(latin1).join('');
  return frame[kText] as string;
}

const latin1 = (bytes: Buffer | string): string => Buffer.from(bytes as string).toString('latin1');

const isBytes = (data: unknown): boolean => ArrayBuffer.isView(data) || data instanceof ArrayBuffer;

/** Frames text or bytes; null for what is too long, and for what is neither. */
function frameOf(data: unknown): string | null {
  if (typeof data === 'string') {
    const bytes = Buffer.byteLength(data);
    if (bytes > LONGEST_TEXT) return null;
    return headOf(TEXT, bytes) + (bytes === data.length ? data : latin1(data));
  }
  if (!Buffer.isBuffer(data) || data.length > LONGEST_BINARY) return null;
  return headOf(BINARY, data.length) + data.toString('latin1');
}

const headOf = (first: number, length: number): string =>
  length <= SHORT
    ? String.fromCharCode(first, length)
    : String.fromCharCode(first, LENGTH_16, length >> 8, length & 0xff);
