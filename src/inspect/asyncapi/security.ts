import type { AuthPlan } from '../../plan/types.js';
import { identifierOf, Names } from '../names.js';
import type { AsyncApiObject } from './types.js';

/** The security schemes of one document: one for each authenticator. */
export class SecuritySchemes {
  readonly #names = new Names();
  readonly #byAuth = new Map<object, string>();
  readonly #schemes: Record<string, AsyncApiObject> = {};

  /** Every scheme by its name; null without any. */
  get schemes(): Readonly<Record<string, AsyncApiObject>> | null {
    return this.#byAuth.size === 0 ? null : this.#schemes;
  }

  /** What an operation has to say about who may use it; nothing where everybody may come in. */
  of(auth: AuthPlan | null): { readonly security?: readonly AsyncApiObject[] } {
    if (auth === null) return {};
    const name = this.#byAuth.get(auth.value) ?? this.#add(auth);
    return { security: [{ $ref: `#/components/securitySchemes/${name}` }] };
  }

  #add({ value, label }: AuthPlan): string {
    const name = this.#names.take(identifierOf(label) || 'auth');
    this.#byAuth.set(value, name);
    this.#schemes[name] = {
      type: 'apiKey',
      in: 'user',
      description: `\`${label}\` decides who may connect. It gets the handshake: what the client gives as \`auth\` (\`io(url, { auth: { token } })\`), and the headers.`,
      'x-socket.io-credentials': 'handshake.auth',
    };
    return name;
  }
}
