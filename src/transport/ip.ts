import { BlockList, isIP, isIPv4 } from 'node:net';
import { type Place, type Problem, problem } from '../errors/boot-error.js';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Writes an address plainly: IPv4 where it only looks like IPv6, and no zone. Null when it is not an address. */
export function plainAddress(text: string): string | null {
  const mapped = MAPPED.exec(text)?.[1] ?? text;
  const zone = mapped.indexOf('%');
  const address = zone === -1 ? mapped : mapped.slice(0, zone);
  return isIP(address) === 0 ? null : address;
}

/** Reads an entry of X-Forwarded-For: some proxies add the port, and then brackets around IPv6. */
export function forwardedAddress(entry: string): string | null {
  const text = entry.trim();
  const withPort = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1];
  return plainAddress(withPort ?? text);
}

/** Makes a list of addresses and CIDRs. */
export function listOf(entries: readonly string[] = []): BlockList {
  const list = new BlockList();
  for (const entry of entries) addTo(list, entry);
  return list;
}

/** Tells whether a list has an address. */
export function isIn(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** Finds entries of a list that are neither an address nor a CIDR. */
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

/**
 * Makes the key that a client is counted by: its IPv4 address, or the first 64 bits of its IPv6 address, since who has
 * one of those has 2^64 of them.
 *
 * @source https://www.rfc-editor.org/rfc/rfc6177 (end sites get at least a /64)
 */
export function countedAddress(given: string): string {
  const address = plainAddress(given) ?? given;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const length = right.length + (right.at(-1)?.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${groups.join(':')}::/64`;
}

/** Adds an address or a CIDR to a list; false when it is neither. */
function addTo(list: BlockList, text: string): boolean {
  const [given = '', bits, ...rest] = text.split('/');
  const address = plainAddress(given);
  if (address === null || rest.length > 0 || given.includes('%')) return false;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (bits === undefined) {
    list.addAddress(address, family);
    return true;
  }
  const most = family === 'ipv4' ? 32 : 128;
  // `::ffff:10.0.0.0/104` would count from another end: the plain form says the same without a doubt.
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most || address !== given) return false;
  list.addSubnet(address, Number(bits), family);
  return true;
}
