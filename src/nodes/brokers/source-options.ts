import { createRequire } from 'node:module';
import type { OptionRule } from '../../base/options.js';
import type { Problems } from '../../base/problems.js';
import { show } from '../../base/show.js';

/** Certificates and keys of a connection, as PEM text. */
export interface BrokerTls {
  /** Whom to trust, where it is not one of the well-known authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A name that is used as it is. */
export const nameRule: OptionRule = {
  accepts: (value) => typeof value === 'string' && value !== '',
  expected: 'a name',
};

/** A name, or false for none. */
export const nameOrFalse: OptionRule = {
  accepts: (value) => value === false || nameRule.accepts(value),
  expected: 'a name, or false',
};

/** Where to begin when nothing was consumed yet. */
export const fromRule: OptionRule = {
  accepts: (value) => value === 'new' || value === 'beginning',
  expected: "'new' or 'beginning'",
};

export const whereIs = (source: string) => ({ location: null, label: source });

/** Notes a URL that is none, without its password. */
export function checkUrl(
  source: string,
  given: unknown,
  schemes: readonly string[],
  problems: Problems,
): void {
  const isUrl =
    typeof given === 'string' &&
    URL.canParse(given) &&
    schemes.includes(new URL(given).protocol.slice(0, -1)) &&
    new URL(given).hostname !== '';
  if (isUrl) return;
  const shown = show(typeof given === 'string' ? given.replace(/\/\/.*@/, '//…@') : given);
  const [scheme = ''] = schemes;
  problems.add('GW_ERR_BOOT_BROKER_URL', { source, given: shown, scheme }, whereIs(source));
}

/** Notes names that have to be there and are not; a wrong one is noted with the other options. */
export function checkRequired(
  source: string,
  given: unknown,
  names: readonly string[],
  problems: Problems,
): void {
  for (const option of names) {
    if ((Object(given) as Record<string, unknown>)[option] !== undefined) continue;
    const args = { option, given: show(undefined), expected: nameRule.expected };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, whereIs(source));
  }
}

/** Notes client libraries that are not installed: they are loaded when the source opens, and missed already now. */
export function checkInstalled(source: string, packages: readonly string[], problems: Problems): void {
  const require = createRequire(import.meta.url);
  for (const name of packages) {
    try {
      require.resolve(name);
    } catch {
      problems.add('GW_ERR_BOOT_MISSING_PACKAGE', { source, package: name }, whereIs(source));
    }
  }
}

/** Headers as text, whatever types the broker has for them. */
export function headersOf(given: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined || value === null) continue;
    headers[name] =
      typeof value === 'string'
        ? value
        : value instanceof Uint8Array
          ? Buffer.from(value).toString()
          : (JSON.stringify(value) ?? '');
  }
  return headers;
}
