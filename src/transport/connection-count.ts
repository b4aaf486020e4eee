import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Engine, EngineConnection } from './engineio.js';
import { countedAddress } from './ip.js';
import type { TransportLimits } from './transport-limits.js';

/** Handshake that was let in and has no connection yet: `allowRequest` may take a while. */
interface Pending {
  readonly address: string;
  /** Key that the address is counted by. */
  readonly key: string;
  readonly carrier: EventEmitter;
  readonly onClose: () => void;
}

const kCounted = Symbol('counted address');

interface CountedConnection extends EngineConnection {
  [kCounted]?: string;
}

/** Counts connections, and the handshakes on their way, so that a thousand at once do not pass the bound together. */
export class ConnectionCount {
  readonly #pending = new Map<IncomingMessage, Pending>();
  /** Null when the bound of the node decides before this one can. */
  readonly #byAddress: Map<string, number> | null;
  /** Listener shared by all connections. */
  readonly #left: (this: CountedConnection) => void;

  constructor(
    private readonly engine: Engine,
    private readonly limits: Pick<TransportLimits, 'connections' | 'connectionsPerAddress'>,
  ) {
    const { connections, connectionsPerAddress } = limits;
    this.#byAddress = connectionsPerAddress < connections ? new Map() : null;
    const forget = (key: string): void => this.#add(key, -1);
    this.#left = function () {
      forget(this[kCounted] as string);
    };
  }

  /** Connections and handshakes of this moment. */
  get total(): number {
    return this.engine.clientsCount + this.#pending.size;
  }

  /** Handshakes on their way. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Takes a place for a handshake; it is free again when the carrier closes without a connection.
   *
   * @param carrier - the response, or the socket of an upgrade
   * @returns the limit that refuses, or null
   */
  reserve(
    request: IncomingMessage,
    carrier: EventEmitter,
    address: string,
  ): 'connections' | 'connectionsPerAddress' | null {
    if (this.total >= this.limits.connections) return 'connections';
    const key = this.#byAddress === null ? '' : countedAddress(address);
    // Clients without an address, by a Unix socket, are not one and the same.
    const counted = key === '' ? 0 : (this.#byAddress?.get(key) ?? 0);
    if (counted >= this.limits.connectionsPerAddress) return 'connectionsPerAddress';
    const onClose = (): void => {
      this.#pending.delete(request);
      this.#add(key, -1);
    };
    this.#pending.set(request, { address, key, carrier, onClose });
    this.#add(key, 1);
    carrier.once('close', onClose);
    return null;
  }

  /**
   * Makes the place of a handshake that of its connection.
   *
   * @returns the address that the place was taken for; null when it was given up, or never taken
   */
  take(connection: EngineConnection): string | null {
    const pending = this.#pending.get(connection.request);
    if (pending === undefined) return null;
    const { address, key, carrier, onClose } = pending;
    this.#pending.delete(connection.request);
    carrier.off('close', onClose);
    if (this.#byAddress !== null) {
      (connection as CountedConnection)[kCounted] = key;
      connection.on('close', this.#left);
    }
    return address;
  }

  #add(key: string, difference: 1 | -1): void {
    if (this.#byAddress === null) return;
    const count = (this.#byAddress.get(key) ?? 0) + difference;
    if (count > 0) this.#byAddress.set(key, count);
    else this.#byAddress.delete(key);
  }
}
