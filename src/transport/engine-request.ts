import type { IncomingMessage } from 'node:http';

/** Reading of a request of Engine.IO. All parts of the server go by it, the engine included. */
export interface EngineRequest {
  /** Session that the request belongs to; empty for a handshake. */
  readonly sessionId: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Keys of a query that Engine.IO reads. */
const KEYS: ReadonlySet<string> = new Set(['EIO', 'transport', 'sid', 'j', 'b64']);
/** Matches these keys where they are written plainly, one by one. */
const PLAIN_KEYS = new RegExp(`[?&](?:${[...KEYS].join('|')})(?==|&|$)`, 'g');
/** Matches URLs in which nothing has to be decoded, as clients write them; reading one as a URL takes ten times as long. */
const PLAIN_URL = /^\/(?!\/)[\w.~/-]*\?((?:[\w.~-]+=[\w.~-]*&)*[\w.~-]+=[\w.~-]*)$/;
/** Matches what @socket.io/sticky takes for a session id, wherever it is. */
const STICKY_SESSION = /sid=([\w-]{20})/;

/**
 * Reads a request. Proxies, balancers and libraries each read URLs in a way of their own; a request that two of them
 * could read in two ways would pass limits that go by one of the ways.
 *
 * @returns the reading, or the reason why there is more than one
 */
export function readRequest({
  url = '',
  headers,
}: Pick<IncomingMessage, 'url' | 'headers'>): EngineRequest | string {
  if (headers.upgrade !== undefined && (headers['content-length'] ?? headers['transfer-encoding'])) {
    return 'an upgrade has no body';
  }
  if (url.includes('#')) return 'a URL of a request has no fragment';
  const entries = parametersOf(url);
  if (entries === null) return 'the URL is not valid';
  const query: Record<string, string> = Object.fromEntries(entries);
  if (Object.keys(query).length < entries.length) return 'the query has a key twice';
  const ours = entries.filter(([key]) => KEYS.has(key));
  if (ours.length !== (url.match(PLAIN_KEYS)?.length ?? 0)) return 'the query has an encoded key';
  // Only Internet Explorer 9 ever needed it: any page may load a script, and no `Origin` tells whose page it is.
  if ('j' in query && query['transport'] !== 'websocket') return 'JSONP is not served';
  const { sid: sessionId = '' } = query;
  if (sessionId === '') return { sessionId, query };
  const [, sticky = sessionId] = STICKY_SESSION.exec(url) ?? [];
  if (!url.includes(`sid=${encodeURIComponent(sessionId)}`)) return 'the session id is encoded';
  if (!sessionId.startsWith(sticky)) return 'the URL has two session ids';
  return { sessionId, query };
}

function parametersOf(url: string): readonly (readonly [string, string])[] | null {
  const [, plain] = PLAIN_URL.exec(url) ?? [];
  if (plain !== undefined) return plain.split('&').map((pair) => pair.split('=') as [string, string]);
  try {
    return [...new URL(url, 'https://socket.io').searchParams];
  } catch {
    return null;
  }
}
