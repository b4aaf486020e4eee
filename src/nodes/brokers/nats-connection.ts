import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import type { NatsOptions } from './nats.js';
import type { Intake } from './source.js';

const CONNECT_MS = 10_000;
/** Two pings without an answer are the end of a connection. */
const PING_MS = 5_000;

/** Connects once; the consumer connects again when it ends. */
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

/** Headers as an object; of several values of one name, the last. */
export function headersOf(headers: MsgHdrs | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, values] of headers ?? []) found[name] = values.at(-1) ?? '';
  return found;
}

/** The headers of a dead letter. Those of NATS itself would make it a duplicate of what it was. */
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
