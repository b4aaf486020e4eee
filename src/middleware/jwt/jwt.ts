import type { JWTPayload } from 'jose';
import type { OutputOf, Schema } from '../../contract/contract.js';
import { GatewireError } from '../../errors/gatewire-error.js';
import type { Authenticator, AuthMaker, Handshake, User } from '../../metadata/context.js';
import type { Get } from '../../metadata/token.js';
import { bearerToken } from '../bearer/bearer.js';
import type { JwtOptions } from './jwt-options.js';
import { verifier } from './keys.js';

type Show<T> = { [K in keyof T]: T[K] };

/** User of a token: its claims as parsed, and `sub` as the id. */
export type JwtUser<TClaims extends Schema> = Show<OutputOf<TClaims> & User>;

/**
 * Authenticates clients by a JSON Web Token, in `auth.token` or as bearer in the header Authorization. Algorithms are pinned,
 * `exp` and `sub` are required, and the client is disconnected when the token expires.
 *
 * @param options - key and required claims, or a function of the container that returns them
 * @example
 * const Chat = gatewayFor(chat, { auth: jwt((get) => ({ secret: get(Config).jwtSecret, claims: z.object({ name: z.string() }) })) });
 * // ctx.user is { id, name }
 * @source RFC 7519, RFC 8725 (best current practices)
 */
export function jwt<TClaims extends Schema<unknown, object> = Schema<unknown, JWTPayload>>(
  options: JwtOptions<TClaims> | ((get: Get) => JwtOptions<TClaims>),
): AuthMaker<JwtUser<TClaims>> {
  return {
    label: 'jwt',
    async make(get) {
      const {
        claims,
        token = bearerToken,
        ...rules
      } = typeof options === 'function' ? options(get) : options;
      const verify = await verifier(rules);
      const authenticator: Authenticator = {
        async authenticate(handshake: Handshake) {
          const text = token(handshake);
          if (typeof text !== 'string')
            throw new GatewireError('UNAUTHENTICATED', { message: 'a token is required' });
          const payload = await verify(text);
          const parsed = claims === undefined ? payload : await parse(claims, payload);
          return {
            user: { ...parsed, id: payload.sub },
            expiresAt: new Date((payload.exp + (rules.clockToleranceSec ?? 0)) * 1_000),
          };
        },
      };
      return authenticator as Authenticator<JwtUser<TClaims>>;
    },
  };
}

/** Parses the claims: a signed token with other claims than the schema's is refused. */
async function parse<TClaims extends Schema<unknown, object>>(
  schema: TClaims,
  payload: JWTPayload,
): Promise<object> {
  const result = await schema['~standard'].validate(payload);
  if (result.issues === undefined) return result.value as object;
  const paths = result.issues.map(({ path }) =>
    (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
  );
  throw new GatewireError('UNAUTHENTICATED', {
    cause: new Error(`the claims do not fit: ${paths.join(', ')}`),
  });
}
