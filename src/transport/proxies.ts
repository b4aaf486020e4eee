import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Place, Problem } from '../errors/boot-error.js';
import { checkAddresses, forwardedAddress, isIn, listOf, plainAddress } from './ip.js';

/**
 * Proxies that are believed: none, a number of them in front of this server, or those of some addresses; `'unix'` is one
 * that connects by a Unix socket, which has no address.
 */
export type TrustProxy = false | number | readonly string[];

/** Entry of a list for proxies that connect by a Unix socket. */
const UNIX = 'unix';
/** Bound of a chain of proxies: no server has more in front of it, and a header of thousands would cost time. */
const MAX_PROXIES = 32;

/** Client behind the proxies. */
interface Origin {
  readonly address: string;
  /** Number of proxies that are trusted. */
  readonly trusted: number;
}

/** Headers of trusted proxies about a client. What a client itself writes into such headers is not believed. */
export class Proxies {
  /** Decision about a proxy, by its address and the number of proxies nearer to this server; null for none. */
  readonly #trusts: TrustFunction | null;

  constructor(trust: TrustProxy) {
    this.#trusts = trustOf(trust);
  }

  /** True when some proxy is believed. */
  get areTrusted(): boolean {
    return this.#trusts !== null;
  }

  /** Address of the client, in its plain form: the rightmost one that no trusted proxy has. */
  addressOf(request: IncomingMessage): string {
    return this.#origin(request).address;
  }

  /** Tells whether the client's own connection is encrypted. */
  isSecure(request: IncomingMessage): boolean {
    const forwarded = this.#forwarded(request, 'x-forwarded-proto')?.toLowerCase();
    if (forwarded === 'https' || forwarded === 'wss') return true;
    if (forwarded === 'http' || forwarded === 'ws') return false;
    return (request.socket as TLSSocket).encrypted === true;
  }

  /** Finds the host that the client asked for. */
  hostOf(request: IncomingMessage): string | undefined {
    return this.#forwarded(request, 'x-forwarded-host') ?? request.headers.host;
  }

  #origin(request: IncomingMessage): Origin {
    const { remoteAddress = '' } = request.socket;
    const peer = plainAddress(remoteAddress) ?? remoteAddress;
    const trusts = this.#trusts;
    if (trusts === null) return { address: peer, trusted: 0 };
    // From the nearest: each proxy adds whom it was called by, and what is behind the first untrusted one may be forged.
    const chain = (proxyAddr as NonNullable<typeof proxyAddr>).all(request, trusts);
    const last = chain.length - 1;
    const trusted = last + (trusts(chain[last], last) ? 1 : 0);
    if (last === 0) return { address: peer, trusted };
    // The library skips empty entries, which no proxy writes. Where all are trusted, none may be left over.
    const all = String(request.headers['x-forwarded-for']).split(',');
    const entries = all.slice(trusted > last ? 0 : -last).map(forwardedAddress);
    const [address] = entries;
    const isGarbage = last > MAX_PROXIES || entries.includes(null);
    return isGarbage ? { address: peer, trusted: 1 } : { address: address as string, trusted };
  }

  /** Finds the value of the outermost trusted proxy, when each of them adds to a header; else that of the last one. */
  #forwarded(request: IncomingMessage, name: string): string | undefined {
    if (!this.areTrusted) return undefined;
    const header = request.headers[name];
    if (typeof header !== 'string') return undefined;
    const { trusted } = this.#origin(request);
    if (trusted === 0) return undefined;
    // Counted from the nearest proxy: what stands ahead of the values of proxies was written by the client.
    return header.split(',').slice(-trusted)[0]?.trim() || undefined;
  }
}

/** Decision about one proxy. Its address is undefined when its socket is closed already. */
type TrustFunction = (address: string | undefined, index: number) => boolean;

function trustOf(trust: TrustProxy): TrustFunction | null {
  if (typeof trust === 'number') return (_address, index) => index < trust;
  if (trust === false) return null;
  const list = listOf(trust.filter((entry) => entry !== UNIX));
  const hasUnix = trust.includes(UNIX);
  return (address, index) => {
    if (hasUnix && index === 0 && !address) return true;
    return index <= MAX_PROXIES && isIn(list, forwardedAddress(address ?? '') ?? '');
  };
}

let proxyAddr: typeof import('@fastify/proxy-addr') | null = null;

/** Loads what reads headers of proxies, before the first request: most applications trust none, and start sooner. */
export async function loadProxyAddr(): Promise<void> {
  proxyAddr ??= (await import('@fastify/proxy-addr')).default;
}

/** Finds what is wrong with a `trustProxy`. */
export function checkTrustProxy(trust: TrustProxy | undefined, where: Place): readonly Problem[] {
  if (!Array.isArray(trust)) return [];
  return checkAddresses(
    (trust as readonly unknown[]).filter((entry) => entry !== UNIX),
    'trustProxy',
    where,
  );
}
