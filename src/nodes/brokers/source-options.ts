import type { OptionRule } from '../../base/options.js';
import type { Problems } from '../../base/problems.js';
import { redactUrl } from '../../base/redact.js';
import { show } from '../../base/show.js';

/** Certificates and keys of a connection, as PEM text. */
export interface BrokerTls {
  /** Authority to trust in place of the well-known ones. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Rule of a name that is used as it is. */
export const nameRule: OptionRule = {
  accepts: (value) => typeof value === 'string' && value !== '',
  expected: 'a name',
};

/** Rule of an optional name. */
export const nameOrFalse: OptionRule = {
  accepts: (value) => value === false || nameRule.accepts(value),
  expected: 'a name, or false',
};

/** Rule of the start of a consumer that has consumed nothing yet. */
export const fromRule: OptionRule = {
  accepts: (value) => value === 'new' || value === 'beginning',
  expected: "'new' or 'beginning'",
};

export const whereIs = (source: string) => ({ location: null, label: source });

/** Adds a problem for an invalid URL, without its password. */
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
  const shown = show(typeof given === 'string' ? redactUrl(given) : given);
  const [scheme = ''] = schemes;
  problems.add('GW_ERR_BOOT_BROKER_URL', { source, given: shown, scheme }, whereIs(source));
}

/** Adds a problem for each name that is absent; a wrong one is found with the other options. */
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

/** Converts headers to text from the types that brokers have for them. */
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
