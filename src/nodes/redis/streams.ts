import { setTimeout as sleep } from 'node:timers/promises';
import type { Namespace } from 'socket.io';
import { settlesWithin } from '../../base/deadline.js';
import { requirePeer } from '../../base/peer.js';
import type { AdapterConstructor, AdapterHost } from '../../runtime/remote/node-adapter.js';
import { CLUSTER_BROADCAST, streamsChannel } from '../adapter-check.js';
import { patchAdapter } from '../patch-adapter.js';
import { BatchCollector } from './batch-collector.js';
import { batchedLength, type Fields, isEntryBatch, readEntryBatch, writeEntryBatch } from './batch-format.js';
import type { BatchReaders } from './batch-readers.js';
import { deafClient, publishingClient, subscribingClient } from './node-redis-shim.js';
import { type Connection, isRefusal } from './redis-client.js';
import type { RedisConnections } from './redis-connections.js';
import { isNear, ReplayGuard } from './replay-guard.js';
import { readStamp, type Stamp, writeStamp } from './signer.js';

/** Sends a message of nodes to each other in its place among the broadcasts of the stream. */
export type SendInOrder = (message: string) => boolean;

/** The adapter over a stream, its reader and its writer. */
export interface Streams {
  readonly adapter: AdapterConstructor;
  /** Null for a process without clients. */
  readonly reader: StreamReader | null;
  readonly sendInOrder: SendInOrder;
}

export interface StreamsModule {
  createAdapter(client: object, options?: object): (namespace: Namespace) => never;
}

/** Type of a broadcast, as it is written into the stream. */
const BROADCAST = String(CLUSTER_BROADCAST);
/** Answer that keeps the adapter of a process without clients from reading: it asks again as soon as it is answered. */
const NEVER = new Promise<never>(() => {});

/** Makes the adapters of @socket.io/redis-streams-adapter. */
export function streamsAdapter(redis: RedisConnections, host: AdapterHost, readers: BatchReaders): Streams {
  const { createAdapter } = requirePeer<StreamsModule>(redis.adapterPackage, 'redisAdapter');
  const { prefix, streamLength } = redis.options;
  const length = String(streamLength);
  const streamName = `${prefix}:stream`;
  const reader = host.hasClients ? new StreamReader(redis, streamName, host.receive) : null;
  const append = (fields: Fields, count = 1): Promise<unknown> => {
    collector.flush(); // ahead of the stamp, which has to be a later one
    const stamped = { ...fields, stamp: writeStamp(redis.signer.stamp(redis.clock.now())) };
    const args = ['XADD', streamName, 'MAXLEN', '~', length, '*', 'mac', macOf(redis, streamName, stamped)];
    for (const [name, value] of Object.entries(stamped)) args.push(name, value);
    return redis.append(args, streamName, count);
  };
  const collector = new BatchCollector<Fields>(true, (_, entries) => {
    const isBatch = entries.length > 1 && readers.areAll;
    for (const one of isBatch ? [writeEntryBatch(entries)] : entries)
      append(one, isBatch ? entries.length : 1).catch(() => {}); // counted there
  });
  redis.batches = collector;
  readers.countAt('NUMSUB', `${prefix}${streamsChannel('/')}`);
  const add = async (fields: Fields): Promise<string> => {
    if (fields['type'] !== BROADCAST || !readers.areAll) return String(await append(fields));
    collector.add(streamName, fields, batchedLength(fields));
    return ''; // its place in the stream, which only connection state recovery needs
  };
  const sessionOf = (key: string, text: string) =>
    redis.signer.sign(key, text, redis.clock.now()).toString('base64');
  const reading = {
    ...(reader === null ? deafClient() : subscribingClient(redis)),
    connect: async () => {},
    disconnect: () => reader?.close(),
    xRead: () => reader?.read() ?? NEVER,
  };
  const client = {
    ...publishingClient(redis),
    duplicate: () => reading,
    xAdd: (_name: string, _id: string, fields: Fields) => add(fields),
    xRange: async (name: string, from: string, to: string) => (await reader?.range(name, from, to)) ?? [],
    // The adapter does not wait for it: a session that was not stored cannot be recovered.
    set: (key: string, text: string, { PX }: { readonly PX: number }) =>
      void redis.command(['SET', key, sessionOf(key, text), 'PX', String(PX)], key).catch(() => {}),
    multi: () => takeOnce(redis),
  };
  const make = createAdapter(client, {
    streamName,
    channelPrefix: prefix,
    sessionKeyPrefix: `${prefix}:session:`,
  });
  const sendInOrder: SendInOrder = (message) => {
    append({ uid: '', nsp: '', type: 'bus', data: message }).catch(() => {}); // counted there
    return redis.isUp;
  };
  const withRecovery = 'connectionStateRecovery' in host.socket;
  return { adapter: patchAdapter(make, redis, host, withRecovery), reader, sendInOrder };
}

/** Answers `multi().get(key).del(key).exec()`, the only transaction of the adapter. */
function takeOnce(redis: RedisConnections) {
  let taken = '';
  const multi = {
    get: (key: string) => {
      taken = key;
      return multi;
    },
    del: () => multi,
    exec: async () => {
      const signed = await redis.command(['GETDEL', taken], taken);
      if (signed === null) return [null];
      const session = redis.signer.verify(taken, Buffer.from(String(signed), 'base64'));
      if (session === null) redis.counters.forgedMessages++;
      return [session?.message.toString() ?? null];
    },
  };
  return multi;
}

interface Entry {
  readonly id: string;
  readonly message: Fields;
}

/** Shorter than the time after which a silent connection counts as dead. */
const BLOCK_MS = 1_000;
const RETRY_MS = 100;
const COUNT = 100;

/**
 * Reads the stream on its own connection. The adapter would repeat a failed read at once and without end, and would miss
 * entries between its first two reads: this reader waits, and keeps its place.
 */
class StreamReader {
  readonly #connection: Connection;
  readonly #guard = new ReplayGuard();
  readonly #started: Promise<void>;
  #onStarted: () => void = () => {};
  #entries: Entry[] = [];
  #lastId: string | null = null;
  #isClosed = false;

  /** @param onBus - receives the messages of nodes to each other, in their place among the broadcasts */
  constructor(
    private readonly redis: RedisConnections,
    private readonly stream: string,
    private readonly onBus: (message: string) => void,
  ) {
    this.#connection = redis.openConnection();
    this.#started = new Promise((resolve) => {
      this.#onStarted = resolve;
    });
  }

  /** Waits until no later entry can be missed, or the time is over. */
  async started(timeoutMs: number): Promise<void> {
    await settlesWithin(this.#started, timeoutMs);
  }

  /** Reads the next entries; it never rejects. */
  async read(): Promise<readonly [{ readonly messages: readonly Entry[] }] | null> {
    if (this.#isClosed) return null;
    const ready = this.#upToBus();
    if (ready.length > 0) return [{ messages: ready }];
    try {
      if (!this.#connection.isReady) throw new Error('not connected');
      this.#lastId ??= await this.#newestId();
      this.#onStarted();
      const args = ['COUNT', String(COUNT), 'BLOCK', String(BLOCK_MS), 'STREAMS', this.stream, this.#lastId];
      const reply = await this.#connection.send(['XREAD', ...args], this.stream);
      const entries = entriesOf(streamOf(reply));
      this.#lastId = entries.at(-1)?.id ?? this.#lastId;
      const isNew = (stamp: Stamp, id: string): boolean => this.#isNew(stamp, id);
      const ours = entries.filter((entry) => this.#isOurs(entry, isNew) && !this.#isOwn(entry));
      this.#entries = this.#unpack(ours);
    } catch (error) {
      if (isRefusal(error)) this.redis.heartbeat.refused(error);
      await sleep(RETRY_MS);
    }
    const messages = this.#upToBus();
    return messages.length === 0 ? null : [{ messages }];
  }

  /** Returns the entries between two ids, for connection state recovery. */
  async range(stream: string, from: string, to: string): Promise<readonly Entry[]> {
    const reply = await this.redis.command(['XRANGE', stream, from, to, 'COUNT', '1000'], stream);
    // Entries that were read already are new to the one client that comes back.
    const counts = new Map<string, number>();
    const isInOrder = ({ sender, count, sentAt }: Stamp, id: string): boolean => {
      const isLater = count > (counts.get(sender) ?? 0);
      if (isLater) counts.set(sender, count);
      return isLater && [this.redis.clock.now(), timeOf(id)].some((time) => isNear(time, sentAt));
    };
    return this.#unpack(entriesOf(reply).filter((entry) => this.#isOurs(entry, isInOrder)));
  }

  close(): void {
    this.#isClosed = true;
    this.#connection.destroy();
  }

  /** Takes entries up to the next message of a node; those at the front are passed on first. */
  #upToBus(): readonly Entry[] {
    while (this.#entries[0]?.message['type'] === 'bus') {
      const [first] = this.#entries.splice(0, 1);
      this.onBus(first?.message['data'] ?? '');
    }
    const next = this.#entries.findIndex(({ message }) => message['type'] === 'bus');
    return this.#entries.splice(0, next === -1 ? this.#entries.length : next);
  }

  /** Takes batches apart; their entries have the id of the batch. */
  #unpack(entries: readonly Entry[]): Entry[] {
    return entries.flatMap((entry) => {
      if (!isEntryBatch(entry.message)) return [entry];
      try {
        return readEntryBatch(entry.message).map((message) => ({ id: entry.id, message }));
      } catch {
        this.redis.counters.malformedMessages++;
        return [];
      }
    });
  }

  #isOurs({ id, message }: Entry, isNew: (stamp: Stamp, id: string) => boolean): boolean {
    const { counters, options } = this.redis;
    const isSigned = message['mac'] === macOf(this.redis, this.stream, message);
    const stamp = isSigned ? readStamp(message['stamp'] ?? '') : null;
    if (stamp === null) {
      const isAccepted = options.acceptUnsigned && !isEntryBatch(message);
      if (!isAccepted) counters.forgedMessages++;
      return isAccepted;
    }
    if (isNew(stamp, id)) return true;
    counters.replayedMessages++;
    return false;
  }

  /** The adapter would read what this node sent itself to find out. */
  #isOwn({ message: { stamp = '' } }: Entry): boolean {
    return stamp.startsWith(this.redis.signer.sender);
  }

  #isNew(stamp: Stamp, id: string): boolean {
    // An entry may be read long after it was added, by a node that was cut off.
    return this.#guard.accepts(this.stream, stamp, this.redis.clock.now(), timeOf(id));
  }

  async #newestId(): Promise<string> {
    const args = ['XREVRANGE', this.stream, '+', '-', 'COUNT', '1'];
    return entriesOf(await this.#connection.send(args, this.stream))[0]?.id ?? '0-0';
  }
}

/** Time at which Redis took an entry, in milliseconds since 1970. */
function timeOf(id: string): number {
  return Number(id.slice(0, id.indexOf('-')));
}

/** Signs an entry. */
function macOf(redis: RedisConnections, stream: string, fields: Fields): string {
  const { uid = '', nsp = '', type = '', stamp = '', data = '' } = fields;
  const lengths = `${uid.length} ${nsp.length} ${type.length} ${stamp.length}`;
  return redis.signer.mac(stream, `${lengths} ${uid}${nsp}${type}${stamp}${data}`);
}

/** Finds the one stream in a reply to XREAD, an array or, in RESP 3, a map. */
function streamOf(reply: unknown): unknown {
  if (reply === null || reply === undefined) return [];
  if (Array.isArray(reply)) return (reply[0] as unknown[])[1];
  return reply instanceof Map ? [...reply.values()][0] : Object.values(reply as object)[0];
}

function entriesOf(reply: unknown): Entry[] {
  return (reply as [unknown, unknown[]][]).map(([id, values]) => {
    const message: Record<string, string> = {};
    for (let i = 0; i + 1 < values.length; i += 2) message[String(values[i])] = String(values[i + 1]);
    return { id: String(id), message };
  });
}
