import type { ServerOptions } from 'socket.io';
import { checkOptions, type OptionRule, oneOf, rules } from '../base/options.js';
import type { Problems } from '../base/problems.js';
import type { Place } from '../errors/boot-error.js';

/** Decision about one option of Socket.IO: it is honoured, or keeps the application from starting. */
export type SocketOption =
  | { readonly is: 'honoured'; readonly rule: OptionRule; readonly default: string; readonly meaning: string }
  | { readonly is: 'refused'; readonly why: string; readonly instead: string };

const honoured = (rule: OptionRule, value: string, meaning: string): SocketOption => ({
  is: 'honoured',
  rule,
  default: value,
  meaning,
});
const refused = (why: string, instead: string): SocketOption => ({ is: 'refused', why, instead });

const isObject = rules.object.accepts;
const booleanOrObject: OptionRule = {
  accepts: (value) => typeof value === 'boolean' || isObject(value),
  expected: 'true, false, or an object',
};

/**
 * Every option that a Socket.IO server takes, those of Engine.IO included; the compiler finds one that is missing here.
 * docs/reference/socket-options.md is this table.
 */
export const SOCKET_OPTIONS: Readonly<Record<keyof ServerOptions, SocketOption>> = {
  path: honoured(
    {
      accepts: (value) => typeof value === 'string' && value.startsWith('/'),
      expected: "a path that begins with '/'",
    },
    "'/socket.io'",
    'path below which clients connect',
  ),
  addTrailingSlash: honoured(
    rules.boolean,
    'true',
    'requests with a slash behind the path and without it are taken, whatever it says',
  ),
  serveClient: honoured(
    rules.boolean,
    'true',
    'serves the client bundles below the path, to pages of every origin',
  ),
  adapter: refused('`adapter` of createApp connects nodes', 'write it there, beside `socket`'),
  parser: honoured(
    {
      accepts: (value) =>
        isObject(value) && ['Encoder', 'Decoder'].every((name) => name in (value as object)),
      expected: 'an object with the classes Encoder and Decoder',
    },
    "gatewire's own, which speaks the default protocol",
    'encodes and decodes packets; limits on packets, events, namespaces and refusals do not hold then',
  ),
  connectTimeout: honoured(
    rules.milliseconds,
    '10000 ms; that of Socket.IO is 45000 ms',
    'time that a connection has to enter its first namespace',
  ),
  connectionStateRecovery: honoured(
    {
      accepts: (value) => isObject(value) && (value as Recovery).skipMiddlewares !== true,
      expected:
        'an object without `skipMiddlewares: true`: a session that comes back goes through auth again',
    },
    'off',
    'gives clients that come back their rooms and what they missed, once auth has named the same user',
  ),
  cleanupEmptyChildNamespaces: refused(
    'it splits a namespace in two when one client waits in auth while another is refused',
    'remove it: instances of namespaces with parameters go within 20 s of their last client',
  ),
  pingInterval: honoured(rules.milliseconds, '25000 ms', 'time between two pings of a client'),
  pingTimeout: honoured(rules.milliseconds, '20000 ms', 'time that a client has to answer a ping'),
  upgradeTimeout: honoured(rules.milliseconds, '10000 ms', 'time that an upgrade to WebSocket may take'),
  maxHttpBufferSize: honoured(
    rules.count,
    '1000000 bytes',
    'size of one message; see `limits.inputBytes`, which is at least four times as much',
  ),
  allowRequest: honoured(
    rules.callable,
    'every request',
    'decides about a request once address, limits and origin have; one that throws or rejects refuses',
  ),
  transports: honoured(
    {
      accepts: (value) =>
        Array.isArray(value) && value.length > 0 && value.every(oneOf('polling', 'websocket').accepts),
      expected: "an array of 'polling' and 'websocket': limits and origins are not asked of WebTransport",
    },
    "['polling', 'websocket']",
    'transports that clients may use',
  ),
  allowUpgrades: honoured(rules.boolean, 'true', 'lets a session change from polling to WebSocket'),
  perMessageDeflate: honoured(booleanOrObject, 'false', 'compresses messages of WebSockets'),
  httpCompression: honoured(booleanOrObject, 'false', 'compresses answers of polling'),
  wsEngine: refused(
    'limits on what is read and what waits go by members of the package `ws` that comes with Engine.IO',
    '`engine` of createApp chooses how messages leave',
  ),
  initialPacket: honoured(
    {
      accepts: (value) => typeof value === 'string' || value instanceof Uint8Array,
      expected: 'a string or bytes',
    },
    'none',
    'sent ahead of everything else on a new connection',
  ),
  cookie: honoured(
    {
      accepts: (value) =>
        typeof value === 'boolean' || (isObject(value) && rules.text.accepts((value as Cookie).name)),
      expected: 'true, false, or an object with a `name`',
    },
    'false',
    'names the session of Engine.IO in a cookie',
  ),
  cors: honoured(
    {
      accepts: isObject,
      expected: 'an object; `origins` may be a function of a request',
    },
    'headers for the pages that `origins` allows',
    'headers of polling; without `origins`, pages that it names may connect',
  ),
  allowEIO3: honoured(rules.boolean, 'false', 'lets clients of Socket.IO 2 in'),
  destroyUpgrade: honoured(
    rules.boolean,
    'true',
    'ends upgrades outside of the path that no other listener of the server answers',
  ),
  destroyUpgradeTimeout: honoured(
    rules.milliseconds,
    '1000 ms',
    'time that other listeners have for such an upgrade; without other listeners it ends at once',
  ),
};

interface Recovery {
  readonly skipMiddlewares?: unknown;
}

interface Cookie {
  readonly name?: unknown;
}

/**
 * Checks Socket.IO's own options.
 *
 * @returns the options whose values are usable
 */
export function checkSocketOptions(given: unknown, problems: Problems, where: Place): Partial<ServerOptions> {
  const taken: Record<string, unknown> = { ...(given as object) };
  const known: Record<string, OptionRule> = {};
  for (const [option, decision] of Object.entries(SOCKET_OPTIONS)) {
    if (decision.is === 'honoured') {
      known[option] = decision.rule;
      continue;
    }
    const { why, instead } = decision;
    if (taken[option] !== undefined)
      problems.add('GW_ERR_BUILD_SOCKET_OPTION', { option, why, instead }, where);
    delete taken[option];
  }
  return checkOptions<ServerOptions>(
    taken,
    known as Record<keyof ServerOptions, OptionRule>,
    '`socket`, the options of Socket.IO',
    problems,
    where,
  );
}
