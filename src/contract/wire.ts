/** An error as it travels: in a failed acknowledgement, in `exception`, in `connect_error`. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  /** The same id stands in the server's log. */
  readonly id: string;
  readonly details?: unknown;
  readonly retryAfterMs?: number;
}

/** An acknowledgement as it travels. `data` is absent when the handler returned `undefined`. */
export type AckReply<TData = unknown> =
  | { readonly ok: true; readonly data?: TData }
  | { readonly ok: false; readonly error: WireError };

/** What clients receive as the event `exception` when an event without acknowledgement failed. */
export interface Exception {
  readonly event: string;
  readonly error: WireError;
}

/** One thing that is wrong with a payload: an entry of `details` of INVALID_PAYLOAD. The value itself is never in it. */
export interface Issue {
  /** Keys and indexes from the payload down to what is wrong; empty for the payload itself. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}
