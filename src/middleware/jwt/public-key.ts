import { createPublicKey, KeyObject } from 'node:crypto';

/** What a key has to be for the algorithms that begin, or are called, like this. RFC 7518, section 3; RFC 8037. */
const KINDS: Readonly<Record<string, (key: KeyObject) => boolean>> = {
  RS: isRsa,
  PS: isRsa,
  ES256: (key) => isCurve(key, 'prime256v1'),
  ES384: (key) => isCurve(key, 'secp384r1'),
  ES512: (key) => isCurve(key, 'secp521r1'),
  EdDSA: ({ asymmetricKeyType: type }) => type === 'ed25519',
};

/**
 * Makes the key that signatures are checked with.
 *
 * @throws {TypeError} when it is none, or does not go with an algorithm: found at the first token, a token would
 *   choose which of them fails, and how
 */
export function publicKeyFor(given: unknown, algorithms: readonly string[]): KeyObject {
  const key = toPublicKey(given);
  const odd = algorithms.find((name) => !(KINDS[name] ?? KINDS[name.slice(0, 2)])?.(key));
  if (odd === undefined) return key;
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const details = [key.asymmetricKeyType, namedCurve, modulusLength && `${modulusLength} bits`];
  throw new TypeError(
    `jwt: algorithm '${odd}' does not go with a key of ${details.filter(Boolean).join(', ')}`,
  );
}

function toPublicKey(given: unknown): KeyObject {
  if (given === undefined || given === null) throw new TypeError(`jwt: \`publicKey\` is ${given}`);
  if (!(given instanceof KeyObject)) return createPublicKey(given as string);
  if (given.type === 'secret') throw new TypeError('jwt: `publicKey` is a secret');
  return given.type === 'private' ? createPublicKey(given) : given;
}

/** NIST SP 800-131A: less than 2048 bits no longer count as a signature. */
function isRsa({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  return type === 'rsa' && (details?.modulusLength ?? 0) >= 2_048;
}

function isCurve(
  { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject,
  name: string,
): boolean {
  return type === 'ec' && details?.namedCurve === name;
}
