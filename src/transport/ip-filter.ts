import type { BlockList } from 'node:net';
import { CallSite } from '../base/call-site.js';
import { checkOptions, type OptionRule, rules } from '../base/options.js';
import { Problems } from '../base/problems.js';
import type { Place, Problem } from '../errors/boot-error.js';
import { checkAddresses, isIn, listOf } from './ip.js';

/** Record of an address in a country database, as readers of `maxmind` return it. */
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
   * Finds the country of an address, such as `(address) => reader.get(address)` with a reader of `maxmind`. It has to
   * answer at once; one that throws leaves the country unknown.
   */
  readonly lookup?: (address: string) => CountryRecord | null;
}

type Countries = NonNullable<IpFilterOptions['countries']>;

/** Decides which addresses may connect; `ipFilter` makes one. */
export interface AddressFilter {
  /** Faults of the options, with which the application does not start. */
  readonly problems: readonly Problem[];
  /**
   * Tells whether an address may connect.
   *
   * @param address - in its plain form: IPv4 or IPv6, without a zone
   * @param onError - called with what `lookup` throws
   */
  allows(address: string, onError: (error: unknown) => void): boolean;
}

/**
 * Lets only some addresses connect, by lists and by country. Others get HTTP status 403 before any auth.
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
    this.problems = problemsOf(options, { location, label: 'ipFilter' });
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

const RULES: Readonly<Record<keyof IpFilterOptions, OptionRule>> = {
  allow: rules.list,
  deny: rules.list,
  countries: rules.object,
  lookup: rules.callable,
};
const countryCodes: OptionRule = {
  accepts: (value) => Array.isArray(value) && value.every((code) => /^[A-Z]{2}$/.test(String(code))),
  expected: "an array of two letters each, by ISO 3166-1 and in upper case, such as ['DE']",
};
const COUNTRY_RULES = { allow: countryCodes, deny: countryCodes };

function problemsOf(given: unknown, where: Place): readonly Problem[] {
  const problems = new Problems();
  const options = checkOptions<IpFilterOptions>(given, RULES, 'ipFilter', problems, where);
  const { allow = [], deny = [], countries } = options;
  problems.addAll(checkAddresses(allow, 'allow', where));
  problems.addAll(checkAddresses(deny, 'deny', where));
  if (countries === undefined) return problems.found;
  checkOptions<Countries>(countries, COUNTRY_RULES, '`countries` of ipFilter', problems, where);
  if ((given as IpFilterOptions).lookup === undefined) {
    const expected = 'a function that says the country of an address, for `countries`';
    problems.add('GW_ERR_BUILD_BAD_OPTION', { option: 'lookup', given: 'missing', expected }, where);
  }
  return problems.found;
}
