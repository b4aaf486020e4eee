import { createPublicKey, KeyObject } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { isLoopback } from '../../base/loopback.js';
import { show } from '../../base/show.js';
import { GatewireError } from '../../errors/gatewire-error.js';
import type { KeyRules } from './jwt-options.js';

/** Claims that every token has once it is verified. */
export type VerifiedPayload = JWTPayload & { readonly sub: string; readonly exp: number };

// HMAC with a short secret can be guessed offline from one token. RFC 7518, section 3.2.
const MIN_SECRET_BYTES = 32;
/** Longer tokens are refused: checking signatures over a megabyte would be an attack on the CPU. */
const MAX_TOKEN_LENGTH = 16_384;
const FETCH_TIMEOUT_MS = 3_000;
/** Time after a fetch in which an unknown key id does not lead to another one. */
const COOLDOWN_MS = 30_000;
const CACHE_MS = 600_000;

/** Requirements on a key, by algorithm or by its first two letters. RFC 7518, section 3; RFC 8037. */
const KINDS: Readonly<Record<string, (key: KeyObject) => boolean>> = {
  RS: isRsa,
  PS: isRsa,
  ES256: (key) => isCurve(key, 'prime256v1'),
  ES384: (key) => isCurve(key, 'secp384r1'),
  ES512: (key) => isCurve(key, 'secp521r1'),
  EdDSA: ({ asymmetricKeyType: type }) => type === 'ed25519',
};

/**
 * Makes the function that verifies tokens.
 *
 * @throws {TypeError} when the rules cannot work: a missing or short secret, an unusable key, no algorithm
 */
export async function verifier(rules: KeyRules): Promise<(token: string) => Promise<VerifiedPayload>> {
  const { clockToleranceSec = 0 } = rules;
  const { issuer, audience } = expectedOf(rules);
  const { key, algorithms } = keyOf(rules);
  const options = {
    algorithms: [...algorithms],
    clockTolerance: clockToleranceSec,
    requiredClaims: ['exp', 'sub'],
    ...(issuer === null ? null : { issuer }),
    ...(audience === null ? null : { audience }),
  };
  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) throw refused(new Error('the token is too long'));
    try {
      const { payload } = await jwtVerify(token, key as JWTVerifyGetKey, options);
      if (typeof payload.sub === 'string' && payload.sub !== '') return payload as VerifiedPayload;
    } catch (error) {
      throw explain(error);
    }
    throw refused(new GatewireError('UNAUTHENTICATED', { message: 'the claim `sub` is no string' }));
  };
}

function keyOf(rules: KeyRules): {
  readonly key: Uint8Array | KeyObject | JWTVerifyGetKey;
  readonly algorithms: readonly string[];
} {
  if ('secret' in rules) {
    const { secret, algorithms = ['HS256'] } = rules;
    const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`jwt: \`secret\` is ${String(secret)}`);
    if (bytes.length < MIN_SECRET_BYTES) {
      throw new TypeError(`jwt: \`secret\` has ${bytes.length} bytes; it needs at least ${MIN_SECRET_BYTES}`);
    }
    return { key: bytes, algorithms: checkAlgorithms(algorithms, /^HS\d{3}$/) };
  }
  if ('publicKey' in rules) {
    const { publicKey, algorithms } = rules;
    const checked = checkAlgorithms(algorithms, /^(?:[RPE]S\d{3}|EdDSA)$/);
    return { key: publicKeyFor(publicKey, checked), algorithms: checked };
  }
  const { jwks, algorithms = ['RS256'], fetchTimeoutMs = FETCH_TIMEOUT_MS } = rules;
  const key = createRemoteJWKSet(keySetUrl(jwks), {
    timeoutDuration: fetchTimeoutMs,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: CACHE_MS,
  });
  return { key, algorithms: checkAlgorithms(algorithms, /^(?:[RPE]S\d{3}|EdDSA)$/) };
}

/**
 * Checks the expected issuer and audience. The library takes an empty name for no expectation, such as that of an
 * environment variable without a value.
 */
function expectedOf(rules: KeyRules): {
  readonly issuer: string[] | null;
  readonly audience: string[] | null;
} {
  const { issuer, audience } = rules;
  if ('jwks' in rules && audience === undefined) {
    throw new TypeError(
      'jwt: `jwks` needs `audience`, since its keys may sign tokens of other applications, too; `false` accepts every audience',
    );
  }
  return {
    issuer: issuer === undefined ? null : namesOf('issuer', issuer),
    audience: audience === undefined || audience === false ? null : namesOf('audience', audience),
  };
}

function namesOf(option: string, given: string | readonly string[]): string[] {
  const names: unknown[] = Array.isArray(given) ? given : [given];
  if (names.length > 0 && names.every((name) => typeof name === 'string' && name !== ''))
    return names as string[];
  throw new TypeError(`jwt: \`${option}\` is ${show(given)}; it needs a name, or several`);
}

/** Checks the URL of a key set: who changes the keys on their way signs tokens. */
function keySetUrl(given: string | URL | undefined): URL {
  if (given === undefined || !URL.canParse(String(given)))
    throw new TypeError(`jwt: \`jwks\` is ${String(given)}, which is not a URL`);
  const url = new URL(given);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new TypeError(
    `jwt: \`jwks\` is a URL of ${url.protocol}//${url.host}; it needs https, except on this machine`,
  );
}

/** Checks the algorithms: a public key as the secret of HMAC would let anybody sign. */
function checkAlgorithms(algorithms: readonly string[], pattern: RegExp): readonly string[] {
  if (!Array.isArray(algorithms) || algorithms.length === 0)
    throw new TypeError('jwt: `algorithms` is empty');
  const odd = algorithms.find((name) => !pattern.test(name));
  if (odd === undefined) return algorithms;
  throw new TypeError(`jwt: algorithm '${odd}' does not fit this kind of key`);
}

/**
 * Makes the key that signatures are checked with.
 *
 * @throws {TypeError} when it is not a key, or does not fit an algorithm: at the first token it would be too late, since
 *   the token chooses the algorithm
 */
function publicKeyFor(given: unknown, algorithms: readonly string[]): KeyObject {
  const key = toPublicKey(given);
  const odd = algorithms.find((name) => !(KINDS[name] ?? KINDS[name.slice(0, 2)])?.(key));
  if (odd === undefined) return key;
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const details = [key.asymmetricKeyType, namedCurve, modulusLength && `${modulusLength} bits`];
  throw new TypeError(`jwt: algorithm '${odd}' does not fit a key of ${details.filter(Boolean).join(', ')}`);
}

function toPublicKey(given: unknown): KeyObject {
  if (given === undefined || given === null) throw new TypeError(`jwt: \`publicKey\` is ${given}`);
  if (!(given instanceof KeyObject)) return createPublicKey(given as string);
  if (given.type === 'secret') throw new TypeError('jwt: `publicKey` is a secret');
  return given.type === 'private' ? createPublicKey(given) : given;
}

/** Tells RSA keys of at least 2048 bits, the least that NIST SP 800-131A accepts. */
function isRsa({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  return type === 'rsa' && (details?.modulusLength ?? 0) >= 2_048;
}

function isCurve(
  { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject,
  name: string,
): boolean {
  return type === 'ec' && details?.namedCurve === name;
}

/** Tells a wrong token, which is the client's fault, from unavailable keys, which are the server's. */
function explain(error: unknown): GatewireError {
  if (error instanceof errors.JWTExpired) {
    return new GatewireError('UNAUTHENTICATED', { message: 'the token has expired' });
  }
  const isToken =
    error instanceof errors.JOSEError &&
    !(
      error instanceof errors.JWKSTimeout ||
      error instanceof errors.JWKSInvalid ||
      error.code === 'ERR_JOSE_GENERIC'
    );
  return isToken
    ? refused(error)
    : new GatewireError('UNAVAILABLE', { message: 'the keys are unavailable', cause: error });
}

function refused(cause: unknown): GatewireError {
  const own = GatewireError.is(cause) ? cause.message : 'ERR_TOKEN';
  const code = cause instanceof errors.JOSEError ? cause.code : own;
  // The code only: messages of the library may quote the token. A cause of this class is the client's fault.
  const reason = new GatewireError('UNAUTHENTICATED', { message: code });
  return new GatewireError('UNAUTHENTICATED', { message: 'the token is not valid', cause: reason });
}
