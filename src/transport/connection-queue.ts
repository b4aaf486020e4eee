import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { LimitReporter } from '../base/channels.js';
import { checkOptions, type OptionRule, rules } from '../base/options.js';
import { Problems } from '../base/problems.js';
import { INTERNAL_EVENTS } from '../base/reserved-names.js';
import type { Problem } from '../errors/boot-error.js';
import { GatewireError } from '../errors/gatewire-error.js';
import {
  type ConnectionListener,
  type ConnectionStep,
  type EngineConnection,
  PacketType,
  packetText,
  queryOf,
} from './engineio.js';
import { connectErrorText } from './packet-check.js';
import { RecentTickets, ticketOf } from './tickets.js';

/** Facts of a client that waits: it has not said who it is. */
export interface WaitingClient {
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: Readonly<Record<string, string>>;
}

/** Options of `admission`. */
export interface AdmissionOptions {
  /** Connections that are served at the same time; more wait. */
  readonly maxConnections: number;
  readonly queue: {
    /** Connections that may wait; more are refused with HTTP status 503. */
    readonly max: number;
    /** Milliseconds that one may wait; then it is refused with `OVERLOADED`. */
    readonly timeoutMs: number;
    /**
     * Ranks a client: a higher number comes first, equal ones in order of arrival. Everything in its argument was
     * written by the client.
     * @default the same for all
     */
    readonly priority?: (client: WaitingClient) => number;
  };
}

/** Waiting line in front of an application; `admission` makes one. */
export interface Admission {
  readonly options: AdmissionOptions;
  /** Faults of the options, with which the application does not start. */
  readonly problems: readonly Problem[];
}

/**
 * Lets connections beyond a number wait in a line, and refuses those beyond the line. A client that was there moments
 * ago and comes back goes ahead of the line.
 *
 * @param options - how many are served, how many wait, and for how long
 * @example
 * createApp({
 *   gateways: [ShopGateway],
 *   admission: admission({ maxConnections: 10_000, queue: { max: 2_000, timeoutMs: 60_000 } }),
 * });
 */
export function admission(options: AdmissionOptions): Admission {
  return Object.freeze({ options, problems: problemsOf(options) });
}

const RULES: Readonly<Record<keyof AdmissionOptions, OptionRule>> = {
  maxConnections: rules.count,
  queue: rules.object,
};
const QUEUE_RULES: Readonly<Record<keyof AdmissionOptions['queue'], OptionRule>> = {
  max: rules.count,
  timeoutMs: rules.milliseconds,
  priority: rules.callable,
};

function problemsOf(given: unknown = {}): readonly Problem[] {
  const problems = new Problems();
  const where = { location: null, label: 'admission' };
  const { queue = {} } = checkOptions<AdmissionOptions>(given, RULES, 'admission', problems, where, [
    'maxConnections',
  ]);
  const of = '`queue` of admission';
  checkOptions<AdmissionOptions['queue']>(queue, QUEUE_RULES, of, problems, where, ['max', 'timeoutMs']);
  return problems.found;
}

/** Bounds of what a waiting client may send ahead: its CONNECT packets, and not much more. */
const MAX_PACKETS = 64;
const MAX_BYTES = 100_000;
/** Positions are told in one sweep: a message to everybody at every step would cost more than the service. */
const TELL_MS = 1_000;

const CONNECT_TEXT = new RegExp(`^${PacketType.CONNECT}(/[^,?]*)?`);

type DataListener = (this: EngineConnection, data: unknown) => void;

interface Place {
  readonly connection: EngineConnection;
  readonly rank: number;
  readonly isReturning: boolean;
  readonly ticket: string | null;
  /** Next step of the connection, once there is room. */
  readonly next: ConnectionListener;
  readonly endsAt: number;
  readonly packets: unknown[];
  bytes: number;
  /** Position that the client was told last. */
  told: number;
}

/** Parts of a connection queue. */
export interface ConnectionQueueParts {
  readonly options: AdmissionOptions;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly report: LimitReporter;
  /** Called with what `priority` throws. */
  readonly onError: (error: unknown) => void;
}

/**
 * Lets connections beyond a number wait. One that waits stays a connection of the engine, with its pings, and goes to
 * the next step when its turn comes, so that no connect timer runs. What it sends meanwhile is kept.
 */
export class ConnectionQueue {
  readonly #line: Place[] = [];
  readonly #places = new Map<EngineConnection, Place>();
  readonly #tickets: RecentTickets;
  #served = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly parts: ConnectionQueueParts) {
    this.#tickets = new RecentTickets(parts.options.maxConnections);
  }

  /** Tells whether a new connection, with `pending` others on their way, would find no place to wait either. */
  isFull(pending: number): boolean {
    const { maxConnections, queue } = this.parts.options;
    return this.#served + this.#line.length + pending >= maxConnections + queue.max;
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Step of a new connection: goes on at once while there is room. */
  readonly arrive: ConnectionStep = (connection, next) => {
    const ticket = ticketOf(connection.request);
    const isReturning = ticket !== null && this.#tickets.take(ticket);
    const isFree = this.#served < this.parts.options.maxConnections;
    if (isFree && this.#line.length === 0) return this.#serve(connection, ticket, next);
    const place: Place = {
      connection,
      rank: this.#rankOf(connection.request),
      isReturning,
      ticket,
      next,
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
  };

  #serve(connection: EngineConnection, ticket: string | null, next: ConnectionListener): void {
    this.#served++;
    connection.once('close', () => {
      this.#served--;
      if (ticket !== null) this.#tickets.add(ticket);
      this.#advance();
    });
    next(connection);
  }

  /** Serves those who wait, in their order, as long as there is room. */
  #advance(): void {
    while (this.#served < this.parts.options.maxConnections) {
      const place = this.#line[0];
      if (place === undefined) break;
      this.#remove(place);
      const { connection, ticket, next, packets } = place;
      if (connection.readyState !== 'open') continue;
      const before = connection.listeners('data');
      this.#serve(connection, ticket, next);
      // Only those that the next steps have added now: others have heard it already.
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
      this.#report('connection.refused');
    }
    this.#line.forEach((place, index) => void this.#tell(place, index + 1));
  }

  #tell(place: Place, position: number): void {
    if (place.told === position) return;
    place.told = position;
    // Of a namespace that no client is in: one that does not know of it passes it by.
    const { queue } = INTERNAL_EVENTS;
    place.connection.write(packetText(PacketType.EVENT, `/${queue}`, [queue, { position }]));
  }

  #report(event: string): void {
    this.parts.report(event, 'admission', { code: 'OVERLOADED', option: 'admission' });
  }

  #rankOf(request: IncomingMessage): number {
    const { priority } = this.parts.options.queue;
    if (priority === undefined) return 0;
    try {
      const { headers } = request;
      const address = this.parts.addressOf(request);
      const rank = priority({ address, headers, query: queryOf(request) });
      if (Number.isFinite(rank)) return rank;
      throw new TypeError(`\`priority\` returned ${String(rank)} and no number`);
    } catch (error) {
      this.parts.onError(error);
      return 0;
    }
  }

  /** Listeners shared by all connections; the engine calls them on the connection. */
  readonly #keep = keepOf(this.#places, () => this.#report('connection.closed'));
  readonly #leave = leaveOf(this.#places, (place) => this.#remove(place));
}

function isAhead(one: Place, other: Place): boolean {
  if (one.isReturning !== other.isReturning) return one.isReturning;
  return one.rank > other.rank;
}

function keepOf(places: ReadonlyMap<EngineConnection, Place>, onTooMuch: () => void): DataListener {
  return function (data) {
    const place = places.get(this);
    if (place === undefined) return;
    place.packets.push(data);
    // A message of the engine may have no data at all.
    place.bytes += typeof data === 'string' ? data.length : ((data as Buffer | undefined)?.byteLength ?? 0);
    if (place.packets.length <= MAX_PACKETS && place.bytes <= MAX_BYTES) return;
    onTooMuch();
    this.close(true);
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
  const error = new GatewireError('OVERLOADED', { message: 'waited too long for a place' });
  for (const packet of packets) {
    const connect = CONNECT_TEXT.exec(String(packet));
    if (connect !== null) connection.write(connectErrorText(connect[1] ?? '/', error));
  }
  connection.close();
}
