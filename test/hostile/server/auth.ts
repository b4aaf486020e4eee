import {
  type Authenticator,
  Gateway,
  GatewireError,
  type Handshake,
  type Identity,
  type Middleware,
  OnEvent,
  Scoped,
  Use,
} from '../../../src/index.js';
import { circular, failure, journal, nested, SECRET, untouchable } from './journal.js';

type Outcome = (handshake: Handshake) => unknown;

/** Ways for auth to end, by the `kind` that the client asks for. */
const outcomes: Readonly<Record<string, Outcome>> = {
  ok: () => ({ user: { id: 'ann' } }),
  throws: () => {
    throw failure();
  },
  'throws-nothing': () => {
    throw undefined;
  },
  'throws-untouchable': () => {
    throw untouchable();
  },
  rejects: () => Promise.reject(failure()),
  'rejects-null': () => Promise.reject(null),
  hangs: () => new Promise(() => {}),
  'then-throws': () => ({
    // biome-ignore lint/suspicious/noThenProperty: that is the attack
    get then() {
      throw failure();
    },
  }),
  nothing: () => undefined,
  string: () => SECRET,
  'no-user': () => ({}),
  'null-user': () => ({ user: null }),
  'number-id': () => ({ user: { id: 5 } }),
  'empty-id': () => ({ user: { id: '' } }),
  untouchable: () => untouchable(),
  'own-code': () => {
    throw new GatewireError('BANNED', { message: 'go away', details: { until: 'noon' }, cause: failure() });
  },
  'details-bigint': () => {
    throw new GatewireError('BANNED', { details: { n: 1n } });
  },
  'details-circular': async () => {
    throw new GatewireError('BANNED', { details: circular() });
  },
  'details-deep': () => {
    throw new GatewireError('BANNED', { details: nested(200_000) });
  },
};

function authenticate(handshake: Handshake): Identity {
  const kind = handshake.auth['kind'];
  const outcome = typeof kind === 'string' && Object.hasOwn(outcomes, kind) ? outcomes[kind] : undefined;
  return outcome?.(handshake) as Identity;
}

@Gateway('/auth', { auth: authenticate })
export class AuthGateway {
  @OnEvent('ping') ping() {
    return 'pong';
  }
}

@Scoped('connection')
class UnbornAuthenticator implements Authenticator {
  constructor() {
    throw failure();
  }

  authenticate(): Identity {
    return { user: { id: 'ann' } };
  }
}

@Scoped('connection')
class LeavingAuthenticator implements Authenticator {
  authenticate({ auth }: Handshake): Promise<Identity> {
    return auth['kind'] === 'hangs' ? new Promise(() => {}) : Promise.reject(failure());
  }

  [Symbol.dispose](): void {
    journal('disposed', { of: 'LeavingAuthenticator' });
  }
}

@Gateway('/auth-scoped', { auth: LeavingAuthenticator })
export class AuthScopedGateway {}

@Gateway('/auth-class', { auth: UnbornAuthenticator })
export class AuthClassGateway {}

@Gateway('/data', {
  data: () => {
    throw failure();
  },
})
export class DataGateway {}

@Gateway('/data-rejects', { data: () => Promise.reject(failure()) })
export class RejectingDataGateway {}

const connecting: Middleware = {
  connect(ctx, next) {
    switch (ctx.handshake.auth['kind']) {
      case 'forgets-next':
        return undefined;
      case 'returns-something':
        return true;
      case 'throws':
        throw failure();
      case 'throws-beside-next':
        void next();
        throw failure();
      case 'rejects':
        return Promise.reject(failure());
      case 'hangs':
        return new Promise(() => {});
      case 'calls-twice':
        return next().then(next);
      default:
        return next();
    }
  },
};

@Use(connecting)
@Gateway('/connect-steps')
export class ConnectStepsGateway {
  @OnEvent('ping') ping() {
    return 'pong';
  }
}
