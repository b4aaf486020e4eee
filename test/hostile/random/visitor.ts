import { within } from '../../support/within.js';
import type { Wire } from '../client/wire.js';
import { FIRST_OWED_ID } from './events.js';
import type { RandomPacket } from './packet.js';
import type { Burst } from './visit.js';

const MARK_ID = 99_999_999;
const QUESTION = /^42\/asks,(\d+)\["question"/;
/** Type, namespace and id of a packet that Socket.IO sends. */
const HEAD = /^4([0346])(?:\d+-)?(\/[^,]*)?,?(\d*)/;

/** Sends bursts and keeps account of what the server owes, and of what it gives. */
export class Visitor {
  /** Packets that the server has taken: those behind one that ended the connection are not among them. */
  taken = 0;
  /** Acknowledgements that were owed, and came. */
  answered = 0;
  #isIn = false;
  #isMarked = false;
  readonly #owed = new Set<string>();
  readonly #asked = new Set<string>();
  readonly #given = new Set<string>();
  #wrong: string | null = null;
  #check: () => void = () => {};
  #read = 0;

  constructor(private readonly wire: Wire) {
    wire.listen(() => {
      for (; this.#read < wire.frames.length; this.#read++) this.#take(wire.frames[this.#read]?.text ?? '');
      this.#check();
    });
  }

  /** Waits for the handshake of the engine. */
  async opened(): Promise<void> {
    await this.#until(() => this.#read > 0, 'the handshake');
  }

  /**
   * Sends a burst and an event behind it, and waits until all that is owed has come, or the connection is over.
   *
   * @returns whether the connection goes on
   */
  async send(burst: Burst): Promise<boolean> {
    for (const packet of burst) this.#owe(packet);
    // An event ahead of the answer to CONNECT would end the connection.
    this.#isMarked = !this.#isIn;
    const mark = this.#isIn ? [`42${MARK_ID}["ping"]`] : [];
    this.wire.send(...burst.flatMap(({ frames }) => frames), ...mark);
    await this.#until(() => this.#isMarked && this.#owed.size === 0, 'all that it owes');
    if (this.#wrong !== null) throw new Error(this.#wrong);
    if (!this.wire.isClosed) {
      this.taken += burst.length;
      return true;
    }
    const ending = burst.findIndex(({ mayEnd }) => mayEnd);
    if (ending === -1) throw new Error('the server ended a connection that kept to the protocol');
    this.taken += ending + 1;
    return false;
  }

  #owe({ namespace, id, isOwed, isConnect }: RandomPacket): void {
    if (isConnect) this.#owed.add(`CONNECT ${namespace}`);
    if (id !== null && isOwed) this.#owed.add(`${namespace} ${id}`);
    if (id !== null) this.#asked.add(`${namespace} ${id}`);
  }

  #take(text: string): void {
    const question = QUESTION.exec(text)?.[1];
    // The server reads a property of the answer.
    if (question !== undefined) return this.wire.send(`43/asks,${question}[null]`);
    const [head, type, namespace = '/', digits = ''] = HEAD.exec(text) ?? [];
    if (head === undefined) return;
    if (type === '0') this.#isIn = true;
    if (type === '0' || type === '4') return void this.#owed.delete(`CONNECT ${namespace}`);
    const id = Number(digits);
    if (id === MARK_ID) this.#isMarked = true;
    else if (id >= FIRST_OWED_ID && id < MARK_ID) this.#takeAnswer(`${namespace} ${id}`);
  }

  #takeAnswer(key: string): void {
    if (this.#given.has(key)) this.#wrong ??= `it answered ${key} twice`;
    if (!this.#asked.has(key)) this.#wrong ??= `it answered ${key}, which nobody asked`;
    this.#given.add(key);
    if (this.#owed.delete(key)) this.answered += 1;
  }

  async #until(isReached: () => boolean, what: string): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#check = () => {
        if (this.wire.isClosed || this.#wrong !== null || isReached()) resolve();
      };
      this.#check();
    });
    await within(() => `${what}; it still owes ${[...this.#owed].join()}`, reached);
  }
}
