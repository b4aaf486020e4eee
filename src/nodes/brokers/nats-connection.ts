import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import type { BrokerTls, Intake } from './source.js';

/** Options of both kinds of NATS sources. */
export interface NatsConnectionOptions {
  /** `nats://user:password@host:4222`, `nats://token@host:4222`, or `tls://` for TLS; several for a cluster. */
  readonly url: string | readonly string[] | undefined;
  /** Certificates for `tls://`. */
  readonly tls?: BrokerTls;
  /** Subject for dead letters. Without it they are discarded, counted and logged. */
  readonly deadLetterSubject?: string;
}

/** Options of a durable consumer of a JetStream stream: messages wait while no process runs, and are acknowledged. */
export interface JetStreamOptions extends NatsConnectionOptions {
  /** Name of the stream, which has to exist. */
  readonly stream: string;
  /** Name of the durable consumer, which is created if it does not exist: processes with the same one share the messages. */
  readonly durable: string;
  /** Subject to filter by, which may have wildcards; for a consumer that is created. */
  readonly subject?: string;
  /**
   * Start of a consumer that is created.
   * @default 'new'
   */
  readonly from?: 'new' | 'beginning';
}

/** Options of a subject of core NATS, without acknowledgements: messages that are sent while no process listens are lost. */
export interface NatsSubjectOptions extends NatsConnectionOptions {
  /** The subject, which may have wildcards. */
  readonly subject: string;
  /** Processes with the same queue group share the messages; without one, each gets all of them. */
  readonly queueGroup?: string;
}

/** Options of `nats`. */
export type NatsOptions = JetStreamOptions | NatsSubjectOptions;

const CONNECT_MS = 10_000;
/** Time between two pings; after two without an answer, a connection is closed. */
const PING_MS = 5_000;

/** Connects once; the consumer connects again when the connection ends. */
export async function connectTo({ url, tls }: NatsOptions, intake: Intake): Promise<NatsConnection> {
  const { connect } = await import('@nats-io/transport-node');
  const addresses = [url].flat().map((one) => new URL(one as string));
  const [{ username, password, protocol }] = addresses as [URL];
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  const credentials = pass !== '' ? { user, pass } : user !== '' ? { token: user } : {};
  const connection = await connect({
    servers: addresses.map(({ host }) => host),
    ...credentials,
    ...((protocol === 'tls:' || tls !== undefined) && { tls: { ...tls } }),
    reconnect: false,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
  });
  void connection
    .closed()
    .then((error) => intake.broken(error ?? new Error('NATS closed the connection, or answered no ping')));
  return connection;
}

/** Converts headers to an object; of several values of one name, it has the last. */
export function headersOf(headers: MsgHdrs | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, values] of headers ?? []) found[name] = values.at(-1) ?? '';
  return found;
}

/** Makes the headers of a dead letter. With the headers of NATS itself it would be a duplicate of the message. */
export async function letterHeaders(
  own: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): Promise<MsgHdrs> {
  const { headers } = await import('@nats-io/transport-node');
  const letter = headers();
  for (const [name, value] of Object.entries({ ...own, ...added })) {
    if (!name.startsWith('Nats-')) letter.set(name, value);
  }
  return letter;
}
