import type { Socket } from 'socket.io';

type Done = (refusal?: unknown) => void;

/** A socket on its way into a namespace. */
interface Candidate {
  readonly socket: Socket;
  /** Runs middleware, and tells how that ended. */
  readonly start: (settle: Done) => void;
  readonly done: Done;
}

/** The way of one connection into one namespace: one candidate is asked about, the newest other one waits. */
interface Entrance {
  waiting: Candidate | null;
}

/**
 * Lets one CONNECT of a connection and namespace run at a time. Standard clients do send a second one while auth is
 * pending (connect, disconnect, connect): refusing it would strand them, and the first one carries an old identity. So
 * the newest waits and takes over the outcome; 500 of them cost two runs of auth, and make one socket.
 */
export class PendingConnects {
  readonly #entrances = new WeakMap<object, Map<string, Entrance>>();

  /** @param drop - disposes of a candidate whose outcome nobody wants any more */
  constructor(private readonly drop: (socket: Socket) => void) {}

  /**
   * @param start - called now, later, or never
   * @param done - told how it ended, unless a newer candidate takes over
   */
  enter(socket: Socket, start: Candidate['start'], done: Done): void {
    // Closed in the turn in which it was read: its end has been announced, and nobody would hear of it in auth.
    if (socket.conn.readyState === 'closed') return done();
    const candidate = { socket, start, done };
    const entrances = this.#entrances.get(socket.client) ?? new Map<string, Entrance>();
    this.#entrances.set(socket.client, entrances);
    const entrance = entrances.get(socket.nsp.name);
    if (entrance === undefined) {
      const opened: Entrance = { waiting: null };
      entrances.set(socket.nsp.name, opened);
      return this.#run(candidate, opened);
    }
    if (entrance.waiting !== null) this.drop(entrance.waiting.socket);
    entrance.waiting = candidate;
  }

  #run({ socket, start, done }: Candidate, entrance: Entrance): void {
    start((refusal) => {
      // In a tick of its own: CONNECT packets that were read together have all come in by then.
      process.nextTick(() => {
        const next = entrance.waiting;
        entrance.waiting = null;
        if (next !== null && socket.conn.readyState === 'open') {
          this.drop(socket);
          return this.#run(next, entrance);
        }
        if (next !== null) this.drop(next.socket);
        this.#leave(socket);
        done(refusal);
      });
    });
  }

  #leave(socket: Socket): void {
    const entrances = this.#entrances.get(socket.client);
    entrances?.delete(socket.nsp.name);
    if (entrances?.size === 0) this.#entrances.delete(socket.client);
  }
}
