/** Something that arrived, and when. */
export interface Frame {
  /** An Engine.IO packet as text; a binary one begins with `b` and is base64. */
  readonly text: string;
  /** `performance.now()` */
  readonly at: number;
}

export type TransportName = 'websocket' | 'polling';

/**
 * A connection of Engine.IO made by hand: it sends what a test gives it, right or wrong, and keeps all that
 * arrives.
 */
export abstract class Wire {
  /** Everything that arrived. */
  readonly frames: Frame[] = [];
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
  isClosed = false;
  #onFrame: () => void = () => {};
  #end: () => void = () => {};

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Sends Engine.IO packets, all of them in one piece. */
  abstract send(...packets: (string | Buffer)[]): void;

  /** Ends the connection without a word. */
  abstract destroy(): void;

  /** Ends the connection so that the server sees it at once. */
  abstract hangUp(): void;

  /** Sets who is told of everything that arrives, and of the end. */
  listen(onFrame: () => void): void {
    this.#onFrame = onFrame;
  }

  protected receive(text: string): void {
    this.frames.push({ text, at: performance.now() });
    if (text === '2') this.send('3');
    this.#onFrame();
  }

  protected end(): void {
    this.isClosed = true;
    this.#end();
    this.#onFrame();
  }
}
