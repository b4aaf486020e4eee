declare const kType: unique symbol;

/** Token of a value that is not a class, such as a configuration. It is a symbol to any container. */
export type Token<TValue = unknown> = symbol & { readonly [kType]?: TValue };

/**
 * Makes a token for a value that is not a class.
 *
 * @param name - shown in messages
 * @example
 * const GREETING = token<string>('GREETING');
 * createApp({ gateways: [Chat], providers: [{ provide: GREETING, useValue: 'hello' }] });
 */
export function token<TValue>(name: string): Token<TValue> {
  return Symbol(name) as Token<TValue>;
}

/** Key of a container: a class, a token, or a plain symbol or string. */
export type Injectable<TValue = unknown> =
  | (abstract new (
      ...args: never[]
    ) => TValue)
  | Token<TValue>
  | string;

/** Function that takes a value out of the container. */
export type Get = <TValue>(token: Injectable<TValue>) => TValue;

/** Names a token in messages. */
export function nameOf(token: unknown): string {
  if (typeof token === 'function') return token.name || '(anonymous class)';
  if (typeof token === 'symbol') return token.description ?? 'symbol';
  return String(token);
}
