import type { IncomingMessage } from 'node:http';
import type { AdmissionOptions } from './admission.js';
import type { Engine, EngineConnection } from './engine.js';
import { RecentTickets, ticketOf } from './tickets.js';

/** What a waiting client may send ahead: its CONNECT packets, and not much more. */
const MAX_PACKETS = 64;
const MAX_BYTES = 100_000;
/** Positions are told in one sweep: a message to everybody at every step would cost more than the service. */
const TELL_MS = 1_000;

type Listener = (connection: EngineConnection) => void;
type DataListener = (this: EngineConnection, data: unknown) => void;

interface Place {
  readonly connection: EngineConnection;
  readonly rank: number;
  readonly isReturning: boolean;
  readonly ticket: string | null;
  readonly endsAt: number;
  readonly packets: unknown[];
  bytes: number;
  /** The position that the client was told of last. */
  told: number;
}

/** What the line is told by its owner. */
export interface WaitingLineParts {
  readonly options: AdmissionOptions;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly onError: (error: unknown) => void;
}

/**
 * Stands between the engine and Socket.IO. A connection beyond the number stays one of the engine, with its pings, and
 * Socket.IO hears of it when its turn comes: so that no connect timer runs, and what it has sent is not lost.
 */
export class WaitingLine {
  readonly #line: Place[] = [];
  readonly #places = new Map<EngineConnection, Place>();
  readonly #tickets: RecentTickets;
  readonly #accept: Listener;
  #served = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    engine: Engine,
    private readonly parts: WaitingLineParts,
  ) {
    this.#tickets = new RecentTickets(parts.options.maxConnections);
    // Socket.IO was bound first of all.
    [this.#accept] = engine.listeners('connection') as [Listener];
    engine.off('connection', this.#accept);
    engine.on('connection', (connection) => this.#arrive(connection));
  }

  /** Whether a new connection, with `pending` others on their way, would find no place to wait either. */
  isFull(pending: number): boolean {
    const { maxConnections, queue } = this.parts.options;
    return this.#served + this.#line.length + pending >= maxConnections + queue.max;
  }

  /** Clients that wait, and tickets that are kept, for tests that count what stays. */
  get sizes(): { readonly served: number; readonly waiting: number; readonly tickets: number } {
    return { served: this.#served, waiting: this.#line.length, tickets: this.#tickets.size };
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #arrive(connection: EngineConnection): void {
    const ticket = ticketOf(connection.request);
    const isReturning = ticket !== null && this.#tickets.take(ticket);
    const isFree = this.#served < this.parts.options.maxConnections;
    if (isFree && this.#line.length === 0) return this.#serve(connection, ticket);
    const place: Place = {
      connection,
      rank: this.#rankOf(connection.request),
      isReturning,
      ticket,
      endsAt: Date.now() + this.parts.options.queue.timeoutMs,
      packets: [],
      bytes: 0,
      told: 0,
    };
    this.#places.set(connection, place);
    const index = this.#line.findIndex((other) => isAhead(place, other));
    this.#line.splice(index === -1 ? this.#line.length : index, 0, place);
    connection.on('data', this.#keep);
    connection.on('close', this.#leave);
    this.#timer ??= setInterval(() => this.#sweep(), TELL_MS).unref();
    this.#tell(place, this.#line.indexOf(place) + 1);
  }

  #serve(connection: EngineConnection, ticket: string | null): void {
    this.#served++;
    connection.once('close', () => {
      this.#served--;
      if (ticket !== null) this.#tickets.add(ticket);
      this.#next();
    });
    this.#accept(connection);
  }

  /** Lets in whoever is first, as long as there is room. */
  #next(): void {
    while (this.#served < this.parts.options.maxConnections) {
      const place = this.#line[0];
      if (place === undefined) break;
      this.#remove(place);
      const { connection, ticket, packets } = place;
      if (connection.readyState !== 'open') continue;
      const before = connection.listeners('data');
      this.#serve(connection, ticket);
      // Only what Socket.IO has added now: others have heard it already.
      const added = connection.listeners('data').filter((listener) => !before.includes(listener));
      for (const packet of packets) {
        for (const listener of added) (listener as DataListener).call(connection, packet);
      }
    }
  }

  #remove(place: Place): void {
    const { connection } = place;
    this.#line.splice(this.#line.indexOf(place), 1);
    this.#places.delete(connection);
    connection.off('data', this.#keep);
    connection.off('close', this.#leave);
    if (this.#line.length === 0) this.close();
  }

  /** Tells positions that have changed, and ends what has waited for too long. */
  #sweep(): void {
    const now = Date.now();
    for (const place of this.#line.filter(({ endsAt }) => now >= endsAt)) {
      this.#remove(place);
      refuse(place);
    }
    this.#line.forEach((place, index) => void this.#tell(place, index + 1));
  }

  #tell(place: Place, position: number): void {
    if (place.told === position) return;
    place.told = position;
    // Of a namespace that no client is in: one that does not know of it passes it by.
    place.connection.write(`2/gw:queue,["gw:queue",{"position":${position}}]`);
  }

  #rankOf(request: IncomingMessage): number {
    const { priority } = this.parts.options.queue;
    if (priority === undefined) return 0;
    try {
      const { searchParams } = new URL(request.url ?? '', 'https://socket.io');
      const query = Object.fromEntries(searchParams);
      const rank = priority({ address: this.parts.addressOf(request), headers: request.headers, query });
      if (Number.isFinite(rank)) return rank;
      throw new TypeError(`\`priority\` returned ${String(rank)} and no number`);
    } catch (error) {
      this.parts.onError(error);
      return 0;
    }
  }

  /** One listener each for all connections; the engine calls them on the connection. */
  readonly #keep = keepOf(this.#places);
  readonly #leave = leaveOf(this.#places, (place) => this.#remove(place));
}

function isAhead(one: Place, other: Place): boolean {
  if (one.isReturning !== other.isReturning) return one.isReturning;
  return one.rank > other.rank;
}

function keepOf(places: ReadonlyMap<EngineConnection, Place>): DataListener {
  return function (data) {
    const place = places.get(this);
    if (place === undefined) return;
    place.packets.push(data);
    place.bytes += typeof data === 'string' ? data.length : ((data as Buffer).byteLength ?? 0);
    if (place.packets.length > MAX_PACKETS || place.bytes > MAX_BYTES) this.close(true);
  };
}

function leaveOf(
  places: ReadonlyMap<EngineConnection, Place>,
  remove: (place: Place) => void,
): (this: EngineConnection) => void {
  return function () {
    const place = places.get(this);
    if (place !== undefined) remove(place);
  };
}

/** Answers the CONNECT packets that wait, as a namespace would that refuses, and closes the connection. */
function refuse({ connection, packets }: Place): void {
  const data = { code: 'OVERLOADED', message: 'waited too long for a place' };
  const body = JSON.stringify({ message: data.message, data });
  for (const packet of packets) {
    const [, namespace = ''] = /^0(\/[^,?]*)?/.exec(String(packet)) ?? [];
    if (String(packet).startsWith('0'))
      connection.write(`4${namespace === '' ? '' : `${namespace},`}${body}`);
  }
  connection.close();
}
