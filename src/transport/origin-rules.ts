import { type Place, type Problem, problem } from '../errors/problem.js';
import { isOrigin, type Origins, rulesOf } from './origins.js';

/** Finds rules that can never match, and rules that would match every origin by mistake. */
export function checkOrigins(origins: Origins | undefined, where: Place): readonly Problem[] {
  return rulesOf(origins).flatMap((rule) => {
    const fault = faultOf(rule);
    return fault === null ? [] : [problem('GW_ERR_BUILD_BAD_ORIGIN', fault, [where])];
  });
}

/** Finds rules that let in more than they seem to, to warn of when the application starts. */
export function insecureOrigins(origins: Origins | undefined): readonly string[] {
  return rulesOf(origins).flatMap((rule) => {
    if (rule === '*') return ["'*' lets the pages of every site connect in the name of their visitors"];
    if (!(rule instanceof RegExp) || (rule.source.startsWith('^') && rule.source.endsWith('$'))) return [];
    return [`${rule} has no ^ and $ around it, so that longer origins match as well`];
  });
}

interface Fault {
  readonly given: string;
  readonly reason: string;
  readonly write: string;
}

function faultOf(rule: unknown): Fault | null {
  if (typeof rule === 'function') return null;
  if (rule instanceof RegExp) {
    if (!rule.global && !rule.sticky) return null;
    const write = `/${rule.source}/${rule.flags.replace(/[gy]/g, '')}`;
    return { given: String(rule), reason: 'remembers where it matched last time', write };
  }
  if (typeof rule !== 'string') {
    return {
      given: String(rule),
      reason: 'is no string, RegExp or function',
      write: "'https://app.example.com'",
    };
  }
  return faultOfText(rule);
}

function faultOfText(text: string): Fault | null {
  const given = `'${text}'`;
  if (text === '*') return null;
  if (text === 'null') {
    return {
      given,
      reason: 'is what every sandboxed page sends, whoever made it',
      write: 'the origin of the page',
    };
  }
  if (text.includes('*')) {
    const source = text.replace(/[.*/+?^$()[\]{}|\\]/g, (sign) =>
      sign === '*' ? '[a-z0-9-]+' : `\\${sign}`,
    );
    return { given, reason: 'has a wildcard', write: `/^${source}$/` };
  }
  const [, scheme, authority = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)/i.exec(text) ?? [];
  if (scheme === undefined) {
    const host = /^[^\s/:]+(?::\d+)?/.exec(text)?.[0] ?? 'app.example.com';
    return { given, reason: 'has no scheme', write: `'https://${host}'` };
  }
  const origin = `${scheme}://${authority.slice(authority.indexOf('@') + 1)}`;
  if (origin !== text) {
    return { given, reason: 'has more than scheme, host and port', write: `'${origin}'` };
  }
  if (isOrigin(text) && (!/^https?$/i.test(scheme) || URL.canParse(text))) return null;
  return { given, reason: 'is no origin', write: "'https://app.example.com'" };
}
