// Compiled, never run: what has to compile does, and what must not is marked. See types.test.ts.
import {
  type AnyContract,
  type AppOptions,
  type AsyncApiDocument,
  type Auth,
  bearer,
  type Check,
  type ConnectContext,
  type ContextOf,
  type Contract,
  createApp,
  createParamDecorator,
  defineContract,
  type EventContext,
  Gateway,
  GatewireError,
  Guard,
  gatewayFor,
  guardRoom,
  inject,
  type Middleware,
  OnConnect,
  OnEvent,
  type Params,
  roles,
  type Schema,
  type Token,
  token,
  Use,
  type User,
} from '../../src/index.js';
import { jwt } from '../../src/middleware/jwt/index.js';
import { type SessionStore, session } from '../../src/middleware/session/session.js';

type Equal<TLeft, TRight> =
  (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const same = <TLeft, TRight>(_equal: Equal<TLeft, TRight>): void => {};

// ---- contexts are generic over contract, user and data
interface Chat extends Contract<'/team/:team/room/:room'> {
  readonly definition: {
    readonly serverToClient: {
      readonly message: { readonly payload: Schema<{ text: string }> };
      readonly pair: { readonly args: Schema<[number, string]> };
      readonly ping: Readonly<Record<never, never>>;
    };
  };
}
interface Member extends User {
  readonly role: 'admin' | 'guest';
}
declare const chat: EventContext<Chat, Member, { visits: number }>;
same<typeof chat.user.role, 'admin' | 'guest'>(true);
same<typeof chat.data.visits, number>(true);
same<typeof chat.params.team, string>(true);
chat.emit('message', { text: 'hi' });
chat.to('room').except(['a', 'b']).volatile.emit('pair', 1, 'two');
chat.namespace.emit('ping');
// @ts-expect-error no such event
chat.emit('massage', { text: 'hi' });
// @ts-expect-error wrong payload
chat.broadcast.emit('message', { text: 5 });
// @ts-expect-error missing payload
chat.emit('message');
// @ts-expect-error no such parameter
chat.params.tema;
// @ts-expect-error a room is a string
chat.to(5);
same<Params<'/chat'>, Readonly<Record<never, string>>>(true);

// ---- without a contract everything may be sent
declare const plain: ConnectContext;
plain.emit('anything', 1, { two: 2 });
same<typeof plain.user, unknown>(true);
same<typeof plain.params.anything, string | undefined>(true);

// ---- decorators
const byToken: Auth<Member> = ({ auth }) => ({ user: { id: String(auth['id']), role: 'guest' } });
const isAdmin: Check = (ctx: EventContext<AnyContract, Member>) => ctx.user.role === 'admin';
const NAME: Token<string> = token<string>('NAME');
const Header = createParamDecorator((ctx, name: string) => ctx.handshake.headers[name]);
const timing: Middleware = { event: (_ctx, next) => next(), connect: (_ctx, next) => next() };

@Use(timing)
@Gateway('/typed', { auth: byToken, data: () => ({ visits: 0 }), reply: 'raw' })
class Typed {
  constructor(@inject(NAME) readonly name: string) {}
  @OnConnect() connect(ctx: ConnectContext<AnyContract, Member>) {
    return ctx.join(ctx.user.id);
  }
  @Guard(isAdmin) @OnEvent(['a', /^b/], { timeoutMs: 5 }) a(@Header('x') _header: string) {}
}

const app = createApp({
  gateways: [Typed],
  providers: [{ provide: NAME, useFactory: (get) => get(NAME).length }],
});
same<ReturnType<typeof app.asyncapi>, Promise<AsyncApiDocument>>(true);
// @ts-expect-error a document has a version
void app.asyncapi({ title: 'Chat' });
// @ts-expect-error gateways are required
createApp({});
// @ts-expect-error middleware is no bare function
Use((_ctx: unknown, next: () => void) => next());
// @ts-expect-error a user has an id
Gateway('/', { auth: () => ({ user: { name: 'ann' } }) });
// @ts-expect-error a guard answers true or false
Guard(() => 'yes');
// @ts-expect-error the decorator takes the name of a header
Header();
// @ts-expect-error not an option
const misspelt: AppOptions = { gateways: [Typed], provider: [] };
void misspelt;

// ---- who gets in
const claims = {} as Schema<unknown, { readonly name: string; readonly roles: readonly string[] }>;
const SignedIn = gatewayFor(defineContract('/signed-in', {}), {
  auth: jwt((get) => ({ secret: get(NAME), claims })),
});
declare const signedIn: ContextOf<typeof SignedIn>;
same<typeof signedIn.user, { readonly name: string; readonly roles: readonly string[]; readonly id: string }>(
  true,
);
const ByBearer = gatewayFor(defineContract('/bearer', {}), {
  auth: bearer(async (given): Promise<Member | null> => ({ id: given, role: 'admin' })),
});
declare const byBearer: ContextOf<typeof ByBearer>;
same<typeof byBearer.user.role, 'admin' | 'guest'>(true);
const BySession = gatewayFor(defineContract('/session', {}), {
  auth: session({
    store: {} as SessionStore<{ member?: Member }>,
    secret: 'secret',
    user: ({ member }) => member,
  }),
});
declare const bySession: ContextOf<typeof BySession>;
same<typeof bySession.user.role, 'admin' | 'guest'>(true);
jwt({ publicKey: 'PEM', algorithms: ['EdDSA'] });
jwt({ jwks: 'https://keys.example/keys', audience: 'shop' });
jwt({ jwks: 'https://keys.example/keys', audience: false });
// @ts-expect-error tokens for whom: all of a provider's customers have its keys
jwt({ jwks: 'https://keys.example/keys' });
// @ts-expect-error algorithms of a public key are named
jwt({ publicKey: 'PEM' });
// @ts-expect-error a public key is no secret of HMAC
jwt({ publicKey: 'PEM', algorithms: ['HS256'] });
// @ts-expect-error a token without signature is none
jwt({ secret: 'secret', algorithms: ['none'] });
Guard(roles('admin', 'editor'));
Guard(roles(['admin'], { of: (user: Member) => user.role }));
// @ts-expect-error names of roles are texts
roles(5);

// ---- rooms
guardRoom('order/:id/line/:line', (ctx, params) => {
  same<typeof ctx, ConnectContext>(true);
  same<keyof typeof params, 'id' | 'line'>(true);
  return params.id !== params.line;
});
guardRoom('order/:id', (ctx: ConnectContext<AnyContract, Member>, { id }) => ctx.user.id === id);
guardRoom(/^order:(?<id>\d+)$/, async (_ctx, { id }) => id !== '0');
// @ts-expect-error no such parameter
guardRoom('user:7/:id', (_ctx, { user }) => user);
// @ts-expect-error a check answers true or false
guardRoom('lobby', () => 'yes');

// ---- errors
const failure = new GatewireError('SOLD_OUT', { details: { seats: 0 } });
same<typeof failure.code, 'SOLD_OUT'>(true);
same<typeof failure.details, { seats: number } | undefined>(true);
const caught: unknown = failure;
if (GatewireError.is(caught, 'SOLD_OUT')) same<typeof caught.code, 'SOLD_OUT'>(true);
