import { type AckReply, sentArguments, type WireError } from '../contract/wire.js';
import type { ReplyShape } from '../plan/types.js';

/** Socket.IO's function that puts an acknowledgement on the wire. */
export type SendAck = (...args: unknown[]) => void;

/**
 * The answer to one event. This is the only file that sends acknowledgements, and it sends one: the first
 * answer takes `#send` away, and whatever comes later finds nothing to send with.
 */
export class Reply {
  #send: SendAck | null;

  /**
   * @param send - null when the client asked for no acknowledgement
   * @param shape - envelope or bare value
   * @param onUnsent - told when an answer cannot be encoded; returns the error to send in its place
   */
  constructor(
    send: SendAck | null,
    private readonly shape: ReplyShape,
    private readonly onUnsent: (cause: unknown) => WireError,
  ) {
    this.#send = send;
  }

  /** Whether an acknowledgement is still owed. */
  get isOpen(): boolean {
    return this.#send !== null;
  }

  /** Answers with what the handler returned. */
  value(data: unknown): void {
    if (this.#send === null) return;
    if (this.shape === 'envelope') this.#dispatch([data === undefined ? { ok: true } : { ok: true, data }]);
    else this.#dispatch(data === undefined ? [] : [data]);
  }

  /** Answers with several arguments, as `@Ack()` may in a raw reply. */
  values(args: readonly unknown[]): void {
    if (this.shape === 'raw') this.#dispatch([...sentArguments(args)]);
    else this.value(args[0]);
  }

  /** Answers with a failure. */
  error(error: WireError): void {
    this.#dispatch([this.#failed(error)]);
  }

  #dispatch(args: unknown[]): void {
    const send = this.#send;
    if (send === null) return;
    this.#send = null;
    try {
      send(...args);
    } catch (cause) {
      // Socket.IO encodes before it marks the ack as sent, so an answer that cannot be encoded
      // (BigInt, circular, thousands of levels) leaves it free for one that can.
      send(this.#failed(this.onUnsent(cause)));
    }
  }

  #failed(error: WireError): AckReply | { readonly error: WireError } {
    return this.shape === 'envelope' ? { ok: false, error } : { error };
  }
}
