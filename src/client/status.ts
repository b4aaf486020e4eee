import type { ConnectionState } from './connection.js';

/** State of a connection and the reason for it, with those who want to know of changes. */
export interface Status {
  readonly state: ConnectionState;
  readonly error: Error | null;
  set(state: ConnectionState, error: Error | null): void;
  subscribe(listener: () => void): () => void;
  /** Forgets the listeners. */
  end(): void;
}

/** Makes the status of a connection that has not been tried yet. */
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
      // A function of its own, so that one listener may subscribe twice and leave once. What it throws must not keep
      // the others, or the connection, from going on.
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
