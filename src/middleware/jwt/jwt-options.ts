import type { KeyObject } from 'node:crypto';
import type { Schema } from '../../contract/contract.js';
import type { Handshake } from '../../metadata/context.js';

/** Algorithms with a shared secret. */
export type SecretAlgorithm = 'HS256' | 'HS384' | 'HS512';

/** Algorithms with a key pair. */
export type KeyAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA';

/** Secret that server and issuer share. */
export interface SecretRule {
  /** At least 32 bytes. `undefined`, as a forgotten environment variable is, keeps the application from starting. */
  readonly secret: string | Uint8Array | undefined;
  /** @default ['HS256'] */
  readonly algorithms?: readonly SecretAlgorithm[];
}

/** Public half of a key pair. */
export interface PublicKeyRule {
  /** PEM (SPKI), or a key of node:crypto. */
  readonly publicKey: string | KeyObject | undefined;
  /** Algorithms that the issuer signs with: a token does not choose. */
  readonly algorithms: readonly KeyAlgorithm[];
}

/** Public keys that the issuer publishes. */
export interface JwksRule {
  /**
   * URL of the key set, over https except on this machine. Keys are cached, and fetched anew when a token names one that is
   * not known.
   */
  readonly jwks: string | URL | undefined;
  /** @default ['RS256'] */
  readonly algorithms?: readonly KeyAlgorithm[];
  /**
   * Time limit in milliseconds for fetching the keys; after it the client is refused with UNAVAILABLE.
   * @default 3000
   */
  readonly fetchTimeoutMs?: number;
  /**
   * Expected `aud`. Providers sign for all of their customers with one key set: without it, tokens for other applications
   * are valid here. `false` accepts every audience.
   */
  readonly audience: string | readonly string[] | false | undefined;
}

/** Claims that a token needs. */
export interface ClaimRules {
  /** Expected `iss`. */
  readonly issuer?: string | readonly string[];
  /** Expected `aud`; required with `jwks`. */
  readonly audience?: string | readonly string[] | false | undefined;
  /**
   * Seconds by which clocks may differ.
   * @default 0
   */
  readonly clockToleranceSec?: number;
}

/** Key to verify tokens with, and the claims that a token needs. */
export type KeyRules = (SecretRule | PublicKeyRule | JwksRule) & ClaimRules;

/** Options of `jwt`. */
export type JwtOptions<TClaims extends Schema<unknown, object> = Schema<unknown, object>> = KeyRules & {
  /** Schema of the claims; the parsed value becomes the user. */
  readonly claims?: TClaims;
  /**
   * Takes the token out of the handshake.
   * @default `auth.token`, then the header Authorization
   */
  readonly token?: (handshake: Handshake) => string | undefined;
};
