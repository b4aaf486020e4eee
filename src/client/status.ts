import type { ConnectionState } from './types.js';

/** State of a connection and the reason for it, with the listeners to changes. */
export interface Status {
  readonly state: ConnectionState;
  readonly error: Error | null;
  set(state: ConnectionState, error: Error | null): void;
  subscribe(listener: () => void): () => void;
  /** Removes the listeners. */
  end(): void;
}

/** Makes the status of a connection before its first attempt. */
export function createStatus(): Status {
  let state: ConnectionState = 'connecting';
  let error: Error | null = null;
  const listeners = new Set<() => void>();
  return {
    get state() {
      return state;
    },
    get error() {
      return error;
    },
    set(newState, newError) {
      if (state === newState && error === newError) return;
      state = newState;
      error = newError;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      // A new function each time, so that a listener may subscribe twice and leave once. An error in it must not stop
      // the other listeners or the connection.
      const guarded = (): void => {
        try {
          listener();
        } catch (thrown) {
          console.error(thrown);
        }
      };
      listeners.add(guarded);
      return () => void listeners.delete(guarded);
    },
    end: () => listeners.clear(),
  };
}
