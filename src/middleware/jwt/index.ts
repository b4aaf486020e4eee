/**
 * Auth by JSON Web Tokens.
 *
 * @module gatewire/jwt
 */
export { type JwtUser, jwt } from './jwt.js';
export type {
  ClaimRules,
  JwksRule,
  JwtOptions,
  KeyAlgorithm,
  KeyRules,
  PublicKeyRule,
  SecretAlgorithm,
  SecretRule,
} from './jwt-options.js';
