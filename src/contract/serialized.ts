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
