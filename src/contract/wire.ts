/** Error on the wire: in a failed acknowledgement, in `exception`, in `connect_error`. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  /** Id of the error in the log of the server. */
  readonly id: string;
  readonly details?: unknown;
  readonly retryAfterMs?: number;
}

/** Acknowledgement on the wire. `data` is absent when the handler returned `undefined`. */
export type AckReply<TData = unknown> =
  | { readonly ok: true; readonly data?: TData }
  | { readonly ok: false; readonly error: WireError };

/** Payload of the event `exception`: an event without acknowledgement failed. */
export interface Exception {
  readonly event: string;
  readonly error: WireError;
}

/** Fault of a payload: an entry of `details` of INVALID_PAYLOAD. It never contains the value. */
export interface Issue {
  /** Keys and indexes from the payload to the fault; empty for the payload itself. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}
