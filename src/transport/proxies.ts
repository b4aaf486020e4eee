import type { IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Place, type Problem, problem } from '../errors/problem.js';
import { addTo, forwardedAddress, isIn, plainAddress } from './ip.js';

/** Which proxies are believed: none, so many of them in front of this server, or those of these addresses. */
export type TrustProxy = false | number | readonly string[];

/** More proxies than this are in front of nobody; a header of thousands would only cost time. */
const MAX_PROXIES = 32;

/** Who is behind the proxies, and how many of them are trusted. */
interface Origin {
  readonly address: string;
  readonly trusted: number;
}

/** Reads what trusted proxies say about a client. What a client itself writes into such headers is not believed. */
export class Proxies {
  readonly #hops: number;
  readonly #list: BlockList | null;

  constructor(trust: TrustProxy) {
    this.#hops = typeof trust === 'number' ? trust : 0;
    this.#list = Array.isArray(trust) ? listOf(trust as readonly string[]) : null;
  }

  /** Whether there are any. */
  get areTrusted(): boolean {
    return this.#hops > 0 || this.#list !== null;
  }

  /** Address of the client, in its plain form: the rightmost one that no trusted proxy has. */
  addressOf(request: IncomingMessage): string {
    return this.#origin(request).address;
  }

  /** Whether the client's own connection is encrypted. */
  isSecure(request: IncomingMessage): boolean {
    const forwarded = this.#forwarded(request, 'x-forwarded-proto')?.toLowerCase();
    if (forwarded === 'https' || forwarded === 'wss') return true;
    if (forwarded === 'http' || forwarded === 'ws') return false;
    return (request.socket as TLSSocket).encrypted === true;
  }

  /** The host that the client asked for. */
  hostOf(request: IncomingMessage): string | undefined {
    return this.#forwarded(request, 'x-forwarded-host') ?? request.headers.host;
  }

  #origin(request: IncomingMessage): Origin {
    const { remoteAddress = '' } = request.socket;
    const peer = plainAddress(remoteAddress) ?? remoteAddress;
    const header = request.headers['x-forwarded-for'];
    let address = peer;
    let trusted = 0;
    // From the right: each proxy adds whom it was called by, and what stands further left may be forged.
    let rest = typeof header === 'string' ? header : '';
    while (this.#isTrusted(address, trusted)) {
      trusted++;
      if (rest === '') break;
      const comma = rest.lastIndexOf(',');
      const next = forwardedAddress(rest.slice(comma + 1));
      if (next === null || trusted > MAX_PROXIES) return { address: peer, trusted: Math.min(trusted, 1) };
      rest = comma === -1 ? '' : rest.slice(0, comma);
      address = next;
    }
    return { address, trusted };
  }

  #isTrusted(address: string, index: number): boolean {
    return this.#list === null ? index < this.#hops : isIn(this.#list, address);
  }

  /** What the outermost trusted proxy wrote into a header, when each of them adds to it; else what the last one wrote. */
  #forwarded(request: IncomingMessage, name: string): string | undefined {
    if (!this.areTrusted) return undefined;
    const header = request.headers[name];
    if (typeof header !== 'string') return undefined;
    const { trusted } = this.#origin(request);
    if (trusted === 0) return undefined;
    const values = header.split(',', MAX_PROXIES);
    return values[Math.max(0, values.length - trusted)]?.trim() || undefined;
  }
}

function listOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) addTo(list, entry);
  return list;
}

/** Finds what is wrong with a `trustProxy`. */
export function checkTrustProxy(trust: TrustProxy | undefined, where: Place): readonly Problem[] {
  return Array.isArray(trust) ? checkAddresses(trust as readonly unknown[], 'trustProxy', where) : [];
}

/** Finds what in a list is neither an address nor a CIDR. */
export function checkAddresses(
  entries: readonly unknown[],
  option: string,
  where: Place,
): readonly Problem[] {
  return entries
    .filter((entry) => typeof entry !== 'string' || !addTo(new BlockList(), entry))
    .map((entry) =>
      problem(
        'GW_ERR_BUILD_BAD_ADDRESS',
        { option, given: typeof entry === 'string' ? `'${entry}'` : String(entry) },
        [where],
      ),
    );
}
