import type { Namespace } from 'socket.io';
import { BootError } from '../errors/boot-error.js';
import { problem } from '../errors/problem.js';
import type {
  AdapterConstructor,
  AdapterHost,
  Members,
  RemoteSocketInfo,
} from '../runtime/cluster/node-adapter.js';

/** What is touched of the adapters. Everything but `onrequest`, `onMessage` and `publish` is their public interface. */
export interface RawAdapter {
  readonly nsp: Namespace;
  addAll(id: string, rooms: Set<string>): unknown;
  broadcast(packet: unknown, options: Options): unknown;
  addSockets(options: Options, rooms: readonly string[]): unknown;
  delSockets(options: Options, rooms: readonly string[]): unknown;
  disconnectSockets(options: Options, close: boolean): unknown;
  fetchSockets(options: Options): Promise<unknown[]>;
  serverCount(): Promise<number>;
  persistSession(session: unknown): unknown;
  onrequest?(channel: unknown, message: Buffer): unknown;
  onMessage?(message: { readonly type?: unknown }, offset?: string): unknown;
  publish?(message: unknown): unknown;
}

interface Options {
  readonly rooms: ReadonlySet<string>;
  readonly except?: ReadonlySet<string>;
  readonly flags?: { readonly local?: boolean };
}

/** Makes the plain adapter of a namespace. */
export type MakeAdapter = (namespace: Namespace) => RawAdapter;

/** What messages travel by. */
export interface Carrier {
  /** The package of the plain adapter. */
  readonly adapterPackage: string;
  readonly counters: { malformedMessages: number };
  /** Resolves when subscriptions that are under way hold; null when none is. */
  confirmed(): Promise<void> | null;
}

const CLASSIC_FETCH = 5;
const CLUSTER_FETCH = 7;
const CLUSTER_BROADCAST = 3;

/**
 * Makes adapters whose requests to other nodes go over gatewire's own bus, which names who does not answer and carries
 * no handshakes, and whose broadcasts reach the clients of this node without waiting for what carries them.
 *
 * @param waitsForOffset - whether a broadcast needs its place in the stream, for connection state recovery
 */
export function corrected(
  make: MakeAdapter,
  carrier: Carrier,
  host: AdapterHost,
  waitsForOffset: boolean,
): AdapterConstructor {
  // Socket.IO calls it with `new`, which an arrow function does not survive.
  function Adapter(namespace: Namespace) {
    const adapter = make(namespace);
    const local = inMemory(adapter);
    const membersOf = ({ rooms, except = new Set() }: Options): Members => ({
      nsp: namespace.name,
      rooms: [...rooms],
      except: [...except],
    });
    const isLocal = ({ flags }: Options): boolean => flags?.local === true;
    adapter.addAll = (id, rooms) => {
      local.addAll.call(adapter, id, rooms);
      return carrier.confirmed() ?? undefined;
    };
    adapter.addSockets = (options, rooms) => {
      local.addSockets.call(adapter, options, rooms);
      if (!isLocal(options)) host.tell('join', membersOf(options), rooms);
    };
    adapter.delSockets = (options, rooms) => {
      local.delSockets.call(adapter, options, rooms);
      if (!isLocal(options)) host.tell('leave', membersOf(options), rooms);
    };
    adapter.disconnectSockets = (options, close) => {
      local.disconnectSockets.call(adapter, options, close);
      if (!isLocal(options)) host.tell(close ? 'disconnectAll' : 'disconnect', membersOf(options), []);
    };
    adapter.fetchSockets = async (options) => {
      const own = await local.fetchSockets.call(adapter, options);
      return isLocal(options) ? own : [...own, ...(await host.fetch(membersOf(options))).map(asDetails)];
    };
    adapter.serverCount = async () => host.nodeCount();
    refuseFetches(adapter, carrier);
    if (adapter.publish !== undefined && !waitsForOffset) sendAtOnce(adapter, local);
    return adapter;
  }
  return Adapter;
}

/** Answers to a fetch of the plain adapters carry the handshakes, with tokens and cookies. */
function refuseFetches(adapter: RawAdapter, carrier: Carrier): void {
  const { onrequest, onMessage } = adapter;
  // What is overridden below is private to the adapters: a release that renames it would send tokens to other nodes.
  if (onrequest === undefined && onMessage === undefined) {
    const missing = 'onrequest and onMessage';
    throw new BootError([problem('GW_ERR_BOOT_STACK', { package: carrier.adapterPackage, missing })]);
  }
  if (onrequest !== undefined) {
    adapter.onrequest = (channel, message) => {
      if (message[0] === 0x7b && (JSON.parse(message.toString()) as { type: unknown }).type === CLASSIC_FETCH)
        return;
      // It is asynchronous, and nobody waits for it.
      Promise.resolve(onrequest.call(adapter, channel, message)).catch(
        () => carrier.counters.malformedMessages++,
      );
    };
  }
  if (onMessage !== undefined) {
    adapter.onMessage = (message, offset) => {
      if (message.type !== CLUSTER_FETCH) onMessage.call(adapter, message, offset);
    };
  }
}

/** The adapters of this family deliver here when the others have been told: late, after direct emits, and never if that hangs. */
function sendAtOnce(adapter: RawAdapter, local: RawAdapter): void {
  adapter.broadcast = (packet, options) => {
    if (options.flags?.local !== true) {
      const { rooms, except = new Set(), flags } = options;
      const opts = { rooms: [...rooms], except: [...except], flags };
      adapter.publish?.({ type: CLUSTER_BROADCAST, data: { packet, opts } });
    }
    local.broadcast.call(adapter, packet, options);
  };
}

/** The in-memory adapter at the root of the others, of whatever version they use. */
function inMemory(adapter: RawAdapter): RawAdapter {
  let prototype = Object.getPrototypeOf(adapter) as object;
  while (!Object.hasOwn(prototype, 'addAll')) prototype = Object.getPrototypeOf(prototype) as object;
  return prototype as RawAdapter;
}

const NO_HANDSHAKE = Object.freeze({ headers: {}, query: {}, auth: {}, address: '', url: '' });

function asDetails({ id, rooms, data }: RemoteSocketInfo): object {
  return { id, rooms, data, handshake: NO_HANDSHAKE };
}
