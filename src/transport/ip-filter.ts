import { BlockList } from 'node:net';
import { CallSite } from '../base/call-site.js';
import { type Problem, problem } from '../errors/problem.js';
import { addTo, isIn } from './ip.js';
import { checkAddresses } from './proxies.js';

/** What a reader of a country database says about an address; `maxmind`'s readers answer like this. */
export interface CountryRecord {
  readonly country?: { readonly iso_code?: string };
}

/** Options of `ipFilter`. */
export interface IpFilterOptions {
  /** Addresses and CIDRs that may connect, whatever their country. With this or `countries.allow` nobody else may. */
  readonly allow?: readonly string[];
  /** Addresses and CIDRs that may not connect, whatever else allows them. */
  readonly deny?: readonly string[];
  /** Countries, in two letters of ISO 3166-1 such as `'DE'`. */
  readonly countries?: {
    /** Countries that may connect. An address of unknown country may not. */
    readonly allow?: readonly string[];
    /** Countries that may not connect. An address of unknown country may. */
    readonly deny?: readonly string[];
  };
  /**
   * Says what country an address is of, such as `(address) => reader.get(address)` with a reader of `maxmind`. It has to
   * answer at once; one that throws leaves the country unknown.
   */
  readonly lookup?: (address: string) => CountryRecord | null;
}

/** Decides which addresses may connect; `ipFilter` makes one. */
export interface AddressFilter {
  /** What is wrong with its options; the application does not start. */
  readonly problems: readonly Problem[];
  /**
   * Whether an address may connect.
   *
   * @param address - in its plain form: IPv4 or IPv6, without a zone
   * @param onError - told what `lookup` throws
   */
  allows(address: string, onError: (error: unknown) => void): boolean;
}

/**
 * Lets only some addresses connect, by lists and by country. Who is refused gets HTTP status 403 before any auth.
 *
 * @param options - lists of addresses, CIDRs and countries; what denies wins over what allows
 * @example
 * createApp({ gateways: [ChatGateway], addresses: ipFilter({ deny: ['203.0.113.0/24', '2001:db8::/32'] }) });
 */
export function ipFilter(options: IpFilterOptions): AddressFilter {
  return new ListedAddresses(options, new CallSite(ipFilter));
}

class ListedAddresses implements AddressFilter {
  readonly problems: readonly Problem[];
  readonly #allow: BlockList;
  readonly #deny: BlockList;
  readonly #allowedCountries: ReadonlySet<string>;
  readonly #deniedCountries: ReadonlySet<string>;
  readonly #isExclusive: boolean;
  readonly #lookup: IpFilterOptions['lookup'];

  constructor(options: IpFilterOptions, { location }: CallSite) {
    const places = [{ location, label: 'ipFilter' }];
    this.problems = problemsOf(options).map((one) => ({ ...one, places }));
    const { allow, deny, countries, lookup } = this.problems.length > 0 ? ({} as IpFilterOptions) : options;
    this.#allow = listOf(allow);
    this.#deny = listOf(deny);
    this.#allowedCountries = new Set(countries?.allow);
    this.#deniedCountries = new Set(countries?.deny);
    this.#isExclusive = allow !== undefined || countries?.allow !== undefined;
    this.#lookup = lookup;
  }

  allows(address: string, onError: (error: unknown) => void): boolean {
    if (isIn(this.#deny, address)) return false;
    const country = this.#countryOf(address, onError);
    if (country !== undefined && this.#deniedCountries.has(country)) return false;
    if (!this.#isExclusive || isIn(this.#allow, address)) return true;
    return country !== undefined && this.#allowedCountries.has(country);
  }

  #countryOf(address: string, onError: (error: unknown) => void): string | undefined {
    if (this.#allowedCountries.size + this.#deniedCountries.size === 0) return undefined;
    try {
      return this.#lookup?.(address)?.country?.iso_code;
    } catch (error) {
      onError(error);
      return undefined;
    }
  }
}

function listOf(entries: readonly string[] = []): BlockList {
  const list = new BlockList();
  for (const entry of entries) addTo(list, entry);
  return list;
}

const KNOWN = ['allow', 'deny', 'countries', 'lookup'];

function problemsOf(options: unknown): readonly Problem[] {
  if (typeof options !== 'object' || options === null)
    return [bad('addresses', String(options), 'ipFilter({ … })')];
  const { allow, deny, countries, lookup } = options as Record<string, unknown>;
  const unknown = Object.keys(options).filter((option) => !KNOWN.includes(option));
  return [
    ...unknown.map((option) =>
      problem('GW_ERR_BUILD_UNKNOWN_OPTION', { option, of: 'ipFilter', suggestion: null }),
    ),
    ...listProblems(allow, 'allow'),
    ...listProblems(deny, 'deny'),
    ...countryProblems(countries, lookup),
  ];
}

function listProblems(list: unknown, name: string): readonly Problem[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) return [bad(name, String(list), 'an array of addresses and CIDRs')];
  return checkAddresses(list, name, IP_FILTER);
}

function countryProblems(countries: unknown, lookup: unknown): readonly Problem[] {
  if (lookup !== undefined && typeof lookup !== 'function') {
    return [bad('lookup', String(lookup), 'a function of the address')];
  }
  if (countries === undefined) return [];
  if (typeof countries !== 'object' || countries === null) {
    return [bad('countries', String(countries), "{ allow: ['DE'] } or { deny: ['DE'] }")];
  }
  const codes = Object.values(countries).flat();
  const wrong = codes.filter((code) => typeof code !== 'string' || !/^[A-Z]{2}$/.test(code));
  const problems = wrong.map((code) =>
    bad('countries', String(code), "two letters of ISO 3166-1 in upper case, such as 'DE'"),
  );
  if (lookup !== undefined) return problems;
  return [
    ...problems,
    bad('lookup', 'missing', 'a function that says the country of an address, for `countries`'),
  ];
}

const IP_FILTER = { location: null, label: 'ipFilter' };

function bad(option: string, given: string, expected: string): Problem {
  return problem('GW_ERR_BUILD_BAD_OPTION', { option, given, expected }, [IP_FILTER]);
}
