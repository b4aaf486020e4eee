import { type EngineConnection, holdEnd, pauseReading, resumeReading } from './engineio.js';
import type { InputAccount } from './input-budget.js';
import type { Payload } from './payload.js';

/** Binary part of a packet. */
export type Bytes = Uint8Array | ArrayBuffer;

/** Part of what a connection sends: the text of a packet, one of its attachments, or the rest of a POST. */
export type Piece = string | Bytes | Payload;

/**
 * What one connection sent too fast, or for which there is no room, in its order. The connection is not read meanwhile,
 * and its end waits behind what was read.
 */
export class Backlog {
  readonly #pieces: Piece[] = [];
  #next = 0;
  /** Transport whose end waits, and the function that lets the end through. */
  #transport: unknown = null;
  #letEnd: () => void = () => {};

  constructor(
    private readonly connection: EngineConnection,
    private readonly input: InputAccount,
  ) {}

  /** The oldest piece; undefined when there is none. */
  get first(): Piece | undefined {
    return this.#pieces[this.#next];
  }

  /** Adds a piece behind all others. */
  add(piece: Piece): void {
    this.#pieces.push(piece);
    this.input.keep(sizeOf(piece));
  }

  /** Adds a piece ahead of all others: it is one of the POST that is read. */
  putFirst(piece: Piece): void {
    this.#pieces.splice(this.#next, 0, piece);
    this.input.keep(sizeOf(piece));
  }

  /** Takes the oldest piece out. */
  removeFirst(): void {
    this.input.release(sizeOf(this.first ?? ''));
    this.#pieces[this.#next++] = '';
  }

  /** Stops reading. It is called at each piece, since the transport may have changed meanwhile. */
  stopReading(): void {
    if (this.#transport !== this.connection.transport) {
      this.#transport = this.connection.transport;
      this.#letEnd = holdEnd(this.connection);
    }
    pauseReading(this.connection);
  }

  /** Reads the connection again. */
  close(): void {
    this.#letEnd();
    this.input.releaseAll();
    resumeReading(this.connection);
  }
}

const sizeOf = (piece: Piece): number =>
  'byteLength' in Object(piece) ? (piece as Bytes).byteLength : (piece as string).length;
