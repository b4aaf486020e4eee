/** Writes a received value for a message: short, on one line, in backticks. */
export function show(value: unknown): string {
  return `\`${clip(text(value))}\``;
}

/** Names of members whose values are not shown. */
const SECRET = /password|passphrase|secret|token/i;

function text(value: unknown): string {
  if (typeof value === 'string') return `'${redactUrls(value)}'`;
  if (typeof value === 'function') return value.name === '' ? 'an anonymous function' : value.name;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return String(value);
  try {
    const shown = JSON.stringify(value, (name, member) => (name !== '' && SECRET.test(name) ? '…' : member));
    return shown === undefined ? String(value) : redactUrls(shown);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function clip(line: string): string {
  const oneLine = line.replace(/\s+/g, ' ');
  return oneLine.length > 60 ? `${oneLine.slice(0, 57)}...` : oneLine;
}

const MAX_TEXT = 300;

/** Hides what stands between `//` and the last `@` of a URL in a text: user names and passwords. */
export function redactUrls(text: string): string {
  return text.replace(/\/\/[^\s]*@/g, '//…@');
}

/** Hides user name and password of one URL, also of one without a scheme or with spaces in it. */
export function redactUrl(url: string): string {
  return url.replace(/^([a-z+]*:\/\/)?.*@/is, '$1…@');
}

/** Describes an error on one line: its message and its cause, without the password of a URL. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
  return redactUrls(`${messageOf(error)}${cause}`.replace(/\s+/g, ' ')).slice(0, MAX_TEXT);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses of one name arrive as an AggregateError with an empty message.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const { code } = error as { readonly code?: unknown };
  return (
    error.message ||
    (first instanceof Error && first.message) ||
    (typeof code === 'string' && code) ||
    error.name
  );
}
