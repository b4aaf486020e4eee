// Sends hostile packets to a server of yours, and tells whether it went on serving others: see docs/how-to/hostile.md.
import { parseArgs } from 'node:util';
import { RawClient } from './client/raw-client.js';
import type { TransportName } from './client/wire.js';
import { findOpenings } from './openings.js';
import { HOSTILE_NAMES, HOSTILE_PACKETS, LONG_MESSAGES } from './packets.js';

const TRANSPORTS: readonly TransportName[] = ['websocket', 'polling'];
/** What a server gets to deal with one packet before the next one comes. */
const SETTLE_MS = 500;
const USAGE = 'usage: npm run test:hostile -- URL [--namespace /chat] [--auth \'{"token":"…"}\']';

interface Attack {
  readonly name: string;
  readonly packets: readonly (string | Buffer)[];
  /** Whether these are messages of the engine and not packets of Socket.IO. */
  readonly isEngine?: boolean;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { namespace: { type: 'string', default: '/' }, auth: { type: 'string', default: '{}' } },
});
const url = positionals[0] === undefined ? null : readUrl(positionals[0]);
const auth = readAuth(values.auth);
if (url === null || auth === null) {
  console.error(USAGE);
  process.exit(2);
}
try {
  process.exitCode = (await attack(url, values.namespace, auth)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @returns whether the server survived, and keeps out what it should */
async function attack(target: URL, namespace: string, credentials: object): Promise<boolean> {
  const attacks: readonly Attack[] = [
    ...HOSTILE_PACKETS.map((one) => ({
      ...one,
      packets: one.packets.map((packet) => inside(packet, namespace)),
    })),
    ...HOSTILE_NAMES.map((name) => ({
      name: `an event named ${JSON.stringify(name).slice(0, 40)}`,
      packets: [`2${prefix(namespace)}7${JSON.stringify([name, { a: 1 }])}`],
    })),
    ...LONG_MESSAGES.map((one) => ({ ...one, isEngine: true })),
  ];
  await serve(target, namespace, credentials); // says at once when the namespace or the token is wrong
  console.log(`${attacks.length * TRANSPORTS.length} hostile packets for ${target.origin}${namespace}`);
  const slowest = { ms: 0, name: '' };
  for (const transport of TRANSPORTS) {
    for (const one of attacks) {
      const { name } = one;
      await send(target, transport, namespace, credentials, one);
      const start = performance.now();
      try {
        await serve(target, namespace, credentials);
      } catch (error) {
        console.error(
          `failed after ${transport}: ${name}\n${error instanceof Error ? error.message : error}`,
        );
        return false;
      }
      const ms = performance.now() - start;
      if (ms > slowest.ms) Object.assign(slowest, { ms, name: `${transport}: ${name}` });
    }
  }
  console.log(
    `survived; the slowest other client came in after ${Math.round(slowest.ms)} ms (${slowest.name})`,
  );
  return await keepsOut(target);
}

/** @returns whether the server refuses what pages of other sites and ambiguous requests ask for */
async function keepsOut(target: URL): Promise<boolean> {
  const openings = await findOpenings(target);
  for (const name of openings) console.error(`lets in: ${name}`);
  return openings.length === 0;
}

/** Sends one attack over a connection of its own, and waits until the server has dealt with it, or hung up. */
async function send(
  target: URL,
  transport: TransportName,
  namespace: string,
  credentials: object,
  { packets, isEngine = false }: Attack,
): Promise<void> {
  const client = await RawClient.open(target, transport);
  try {
    await client.connect(namespace, credentials);
    if (isEngine) client.wire.send(...packets);
    else client.packet(...packets);
    const settled = new Promise<void>((resolve) => setTimeout(resolve, SETTLE_MS).unref());
    const answered = client.call(namespace, 'gw:hostile').catch(() => {});
    await Promise.race([answered, client.ended().catch(() => {}), settled]);
  } finally {
    client.destroy();
  }
}

/** Comes as an innocent client does. */
async function serve(target: URL, namespace: string, credentials: object): Promise<void> {
  const innocent = await RawClient.open(target, 'websocket').catch((cause: Error) => {
    throw new Error(`nobody can connect any more: ${cause.message}`, { cause });
  });
  try {
    const answer = await innocent.connect(namespace, credentials);
    if ('message' in answer) throw new Error(`${namespace} refused a client: ${JSON.stringify(answer)}`);
  } finally {
    innocent.destroy();
  }
}

/** Points a packet of the main namespace at another one. */
function inside(packet: string | Buffer, namespace: string): string | Buffer {
  const [, type, rest = ''] =
    (typeof packet === 'string' && /^([1-6](?:\d*-)?)(?!\/)([\s\S]*)$/.exec(packet)) || [];
  return type === undefined ? packet : `${type}${prefix(namespace)}${rest}`;
}

function prefix(namespace: string): string {
  return namespace === '/' ? '' : `${namespace},`;
}

function readUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const parsed = new URL(text);
  return parsed.protocol === 'http:' || parsed.protocol === 'https:' ? parsed : null;
}

function readAuth(text: string): object | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}
