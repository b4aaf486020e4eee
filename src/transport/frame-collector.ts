import type { Socket } from 'node:net';
import { currentTick, flushAfterPoll, tellAfterTick } from './flush-schedule.js';

/** Callback of a frame: called when the frame needs no room in the process any more, or with an error. */
export type FrameCallback = (error?: Error | null) => void;

/** Bytes that wait for one connection; more leave at once. */
const MAX_BYTES = 65_536;

/**
 * Frames of one WebSocket that leave in one write at the end of a turn of the event loop: a write is half of what a small
 * message costs, and 70 % of it in a busy room.
 *
 * A sender goes on after the tick, as with a network that takes all that is written: Engine.IO holds packets back until then,
 * and drops volatile ones. Once the network takes no more, a sender goes on when its frames are written.
 */
export class FrameCollector {
  /** Frames with a character per byte: texts are joined without a copy, and written without a buffer. */
  #frames = '';
  #callbacks: FrameCallback[] = [];
  #isTelling = false;
  #isWaiting = false;
  #offeredIn = 0;

  constructor(private readonly socket: Socket) {}

  /** Bytes that wait. */
  get bytes(): number {
    return this.#frames.length;
  }

  /** Adds a frame, with a character per byte. */
  add(frame: string, callback: FrameCallback | undefined): void {
    if (this.#frames.length + frame.length > MAX_BYTES) this.flush();
    this.#frames += frame;
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      flushAfterPoll(this);
    }
    if (callback === undefined) return;
    this.#callbacks.push(callback);
    if (this.#isTelling) return;
    this.#isTelling = true;
    tellAfterTick(this);
  }

  /** True when a frame was taken by `offer` in this tick. */
  get hasTakenInTick(): boolean {
    return this.#offeredIn === currentTick();
  }

  /** Adds a frame that nobody waits for, and returns true; false where the network takes no more, or too much waits. */
  offer(frame: string): boolean {
    if (this.socket.writableLength > 0 || this.#frames.length + frame.length > MAX_BYTES) return false;
    this.#offeredIn = currentTick();
    this.add(frame, undefined);
    return true;
  }

  /** Has something written at once, behind all that waits and together with it. */
  writeThrough(write: () => void): void {
    this.socket.cork();
    this.flush();
    write();
    this.socket.uncork();
  }

  /** @internal The tick is over. */
  tellSent(): void {
    this.#isTelling = false;
    const callbacks = this.#callbacks;
    if (callbacks.length === 0) return;
    if (this.socket.writableLength > 0) return this.#write();
    // What it sends now is told in the next tick. Mostly there is one: Engine.IO sends the next packets once it is called.
    if (callbacks.length === 1) return callbacks.pop()?.();
    this.#callbacks = [];
    callAll(callbacks);
  }

  /** Writes what waits. */
  flush(): void {
    this.#isWaiting = false;
    if (this.#frames !== '') this.#write();
  }

  #write(): void {
    const { socket } = this;
    const frames = this.#frames;
    const callback = this.#takeCallbacks();
    this.#frames = '';
    if (socket.writable) socket.write(frames, 'latin1', callback);
    else if (callback !== undefined) process.nextTick(callback, new Error('the connection has ended'));
  }

  #takeCallbacks(): FrameCallback | undefined {
    const callbacks = this.#callbacks;
    if (callbacks.length <= 1) return callbacks.pop();
    this.#callbacks = [];
    return (error) => callAll(callbacks, error);
  }
}

function callAll(callbacks: readonly FrameCallback[], error?: Error | null): void {
  for (const callback of callbacks) callback(error);
}
