import { flushAfterPoll } from '../../transport/flush-schedule.js';

/** Messages of one batch, at most. */
const MAX_MESSAGES = 128;
/** Bytes of one batch, at most, signature included. */
const MAX_BYTES = 262_144;
/** Bytes that the frame and the signature of a batch may take. */
const FRAME_BYTES = 256;
/** Bytes that wait in all batches together, at most. */
const MAX_WAITING_BYTES = 4 * MAX_BYTES;

interface Batch<TMessage> {
  readonly messages: TMessage[];
  bytes: number;
}

/** Sends a batch of at least one message. */
type SendBatch<TMessage> = (key: string, messages: readonly TMessage[]) => void;

/** Collects messages until the end of a turn of the event loop: one batch for each key. */
export class BatchCollector<TMessage> {
  #batches = new Map<string, Batch<TMessage>>();
  #bytes = 0;
  #isScheduled = false;
  #isSending = false;
  readonly #turn = {
    flush: (): void => {
      this.#isScheduled = false;
      this.flush();
    },
  };

  /** @param keepsOrder - whether messages of different keys stay in order, too: a new key then sends the batch before it */
  constructor(
    private readonly keepsOrder: boolean,
    private readonly send: SendBatch<TMessage>,
  ) {}

  /** Adds a message. A batch that is full leaves at once. */
  add(key: string, message: TMessage, bytes: number): void {
    if (this.keepsOrder && !this.#batches.has(key)) this.flush();
    const waiting = this.#batches.get(key);
    if (waiting !== undefined && waiting.bytes + bytes > MAX_BYTES - FRAME_BYTES) this.#sendOne(key, waiting);
    const batch = this.#batches.get(key) ?? { messages: [], bytes: 0 };
    this.#batches.set(key, batch);
    batch.messages.push(message);
    batch.bytes += bytes;
    this.#bytes += bytes;
    if (batch.messages.length === MAX_MESSAGES) this.#sendOne(key, batch);
    else if (this.#bytes > MAX_WAITING_BYTES) this.flush();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      flushAfterPoll(this.#turn);
    }
  }

  /** Sends what waits. A message that is sent meanwhile is part of it. */
  flush(): void {
    if (this.#isSending) return;
    for (const [key, batch] of this.#batches) this.#sendOne(key, batch);
  }

  #sendOne(key: string, { messages, bytes }: Batch<TMessage>): void {
    this.#batches.delete(key);
    this.#bytes -= bytes;
    this.#isSending = true;
    try {
      this.send(key, messages);
    } finally {
      this.#isSending = false;
    }
  }
}
