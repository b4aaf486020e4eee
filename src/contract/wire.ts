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

type Untouched = string | number | boolean | null | undefined | ArrayBuffer | ArrayBufferView | Blob;
type NotSent = ((...args: never[]) => unknown) | symbol;

/**
 * Type that a value has after it travelled as JSON. A `Date` arrives as a string, a `Map` as an empty object, a
 * function not at all. Binary data arrives unchanged.
 *
 * @example
 * type Sent = Serialized<{ at: Date; data: Uint8Array }>; // { at: string; data: Uint8Array }
 */
export type Serialized<T> = unknown extends T
  ? T
  : T extends Untouched
    ? T
    : T extends bigint
      ? never // JSON cannot encode it: sending one fails
      : T extends { toJSON(): infer TJson }
        ? Serialized<TJson>
        : T extends readonly unknown[]
          ? { [K in keyof T]: Serialized<T[K]> }
          : T extends Map<unknown, unknown> | Set<unknown>
            ? Readonly<Record<never, never>>
            : T extends object
              ? { [K in keyof T as T[K] extends NotSent ? never : K]: Serialized<T[K]> }
              : T;

/**
 * Leaves out `undefined` at the end of arguments: JSON has no word for it, and `null` would arrive. Within the arguments
 * `null` keeps the places of those behind it.
 */
export function sentArguments(args: readonly unknown[]): readonly unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  return length === args.length ? args : args.slice(0, length);
}
