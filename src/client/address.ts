const PARAMETER_VALUE = /^[A-Za-z0-9_.~-]{1,128}$/;
const BASE = /^(\w+:\/\/)?[^/?#]+$/;

/**
 * Puts the values of the parameters into a namespace.
 *
 * @param namespace - such as `/team/:team`
 * @throws {TypeError} when it is no namespace, or when a value is missing or not of the letters that servers accept
 */
export function fillIn(namespace: unknown, params: Readonly<Record<string, unknown>>): string {
  if (typeof namespace !== 'string' || namespace[0] !== '/') {
    throw new TypeError(`connect needs a contract or a namespace such as '/chat', not ${show(namespace)}`);
  }
  const segments = namespace.split('/').map((segment) => {
    if (segment[0] !== ':') return segment;
    const value = params[segment.slice(1)];
    if (typeof value === 'string' && PARAMETER_VALUE.test(value)) return value;
    throw new TypeError(
      `parameter \`${segment.slice(1)}\` of \`${namespace}\` is ${show(value)}; expected 1 to 128 letters, digits, _ . ~ or -`,
    );
  });
  return segments.join('/');
}

/**
 * Joins the base of a server and a namespace, as socket.io-client wants them.
 *
 * @param base - such as `https://example.com`; empty for the origin of the page
 * @throws {TypeError} when the base has a path, or when there is no page to take it from
 */
export function addressOf(base: string, namespace: string): string {
  const origin = base.replace(/\/$/, '');
  if (origin === '' && !('location' in globalThis)) {
    throw new TypeError('connect needs the url of the server outside of browsers');
  }
  if (origin !== '' && !BASE.test(origin)) {
    throw new TypeError(
      `url is ${show(base)}; expected the base of a server such as 'https://example.com' (a path goes into socket.path)`,
    );
  }
  return origin + namespace;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
