import type { Namespace, Server } from 'socket.io';
import { INTERNAL_EVENTS } from '../../base/reserved-names.js';
import { baseAdapter } from '../socketio.js';
import type { NodeBus } from './node-adapter.js';

const EVENT = INTERNAL_EVENTS.bus;
/** An adapter that cannot reach its server may never say how many nodes there are. */
const COUNT_MS = 500;

/** The bus of an application with an adapter of Socket.IO's own: what that offers to nodes is `serverSideEmit`. */
export class ServerSideBus implements NodeBus {
  readonly isOpen = true;

  private constructor(private readonly namespace: Namespace) {}

  /** @returns null when the adapter has no way to other nodes, as the one in memory */
  static open(io: Server, nodeId: string, receive: (message: string) => void): ServerSideBus | null {
    const namespace = io.of('/');
    if (namespace.adapter.serverSideEmit === baseAdapter.serverSideEmit) return null;
    (namespace as unknown as NodeJS.EventEmitter).on(EVENT, (to: unknown, message: unknown) => {
      if ((to === null || to === nodeId) && typeof message === 'string') receive(message);
    });
    return new ServerSideBus(namespace);
  }

  send(message: string, to: string | null): boolean {
    try {
      this.namespace.serverSideEmit(EVENT, to, message);
      return true;
    } catch {
      return false;
    }
  }

  async nodes(): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, COUNT_MS, null);
    });
    const count = Promise.resolve(this.namespace.adapter.serverCount()).catch(() => null);
    return Promise.race([count, late]).finally(() => clearTimeout(timer));
  }
}
