/**
 * Source of the RegExp that a value of a parameter matches. `[` and `\` in a name would break the patterns of the Redis
 * adapters; the length bounds the memory of a name. `..` would climb out of a folder, and `__proto__` is no key.
 */
export const PARAMETER_VALUE = '(?!(?:\\.\\.?|__proto__|constructor)(?:/|$))[A-Za-z0-9_.~-]{1,128}';

const IS_VALUE = new RegExp(`^${PARAMETER_VALUE}$`);

/**
 * Puts the values of the parameters into a namespace: `/team/:team` with `{ team: '7' }` is `/team/7`.
 *
 * @param onUnfit - returns the segment for a value that is missing or has other characters than servers accept
 * @throws {TypeError} for such a value, unless `onUnfit` is given
 */
export function fillNamespace(
  namespace: string,
  params: Readonly<Record<string, unknown>>,
  onUnfit: (parameter: string, value: unknown) => string = refuse(namespace),
): string {
  const segments = namespace.split('/').map((segment) => {
    if (segment[0] !== ':') return segment;
    const parameter = segment.slice(1);
    const value = params[parameter];
    return typeof value === 'string' && IS_VALUE.test(value) ? value : onUnfit(parameter, value);
  });
  return segments.join('/');
}

function refuse(namespace: string): (parameter: string, value: unknown) => never {
  return (parameter, value) => {
    const given = typeof value === 'string' ? `'${value}'` : String(value);
    throw new TypeError(
      `parameter \`${parameter}\` of \`${namespace}\` is ${given}; expected 1 to 128 letters, digits, _ . ~ or -, and not . .. __proto__ constructor`,
    );
  };
}
