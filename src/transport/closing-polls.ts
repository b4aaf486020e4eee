import type { ConnectionStep, EngineConnection } from './engineio.js';
import { cut } from './engineio.js';

/** Time between two looks at polling connections; one that closes gets one to two of them for a last poll. */
const LOOK_MS = 1_500;

/**
 * Ends polling connections that were closed and whose clients do not poll. The engine keeps each of them for a goodbye,
 * for 30 s or until a ping is missing, and it would hold its place meanwhile. With one timer, which runs while there are
 * polling connections.
 */
export class ClosingPolls {
  readonly #polling = new Set<EngineConnection>();
  /** Connections that were closing at the last look. */
  #closing = new Set<EngineConnection>();
  #timer: NodeJS.Timeout | null = null;
  /** Listener shared by all connections. */
  readonly #forget: (this: EngineConnection) => void;

  constructor() {
    const polling = this.#polling;
    this.#forget = function () {
      polling.delete(this);
    };
  }

  /** Step of a new connection. */
  readonly watch: ConnectionStep = (connection, next) => {
    if (connection.transport.name === 'polling') {
      this.#polling.add(connection);
      connection.on('close', this.#forget);
      this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
    }
    next(connection);
  };

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#polling.clear();
    this.#closing.clear();
  }

  #look(): void {
    const closing = new Set<EngineConnection>();
    for (const connection of this.#polling) {
      if (connection.transport.name !== 'polling') this.#polling.delete(connection);
      else if (this.#closing.has(connection)) cut(connection, 'forced close');
      else if (connection.readyState === 'closing') closing.add(connection);
    }
    this.#closing = closing;
    if (this.#polling.size === 0) this.close();
  }
}
