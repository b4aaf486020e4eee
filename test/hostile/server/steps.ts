import { setTimeout as delay } from 'node:timers/promises';
import {
  createParamDecorator,
  Gateway,
  inject,
  type Middleware,
  OnEvent,
  Scoped,
  Use,
} from '../../../src/index.js';
import { failure, journal } from './journal.js';

const Throwing = createParamDecorator(() => {
  throw failure();
});
const Rejecting = createParamDecorator(() => Promise.reject(failure()));

const forgetsNext: Middleware = { event() {} };
const throwsFirst: Middleware = {
  event() {
    throw failure();
  },
};
const throwsAfterNext: Middleware = {
  async event(_ctx, next) {
    await next();
    throw failure();
  },
};
const throwsBesideNext: Middleware = {
  event(_ctx, next) {
    void next();
    throw failure();
  },
};
const callsTwice: Middleware = {
  async event(_ctx, next) {
    await next();
    await next();
  },
};
const doesNotWait: Middleware = {
  event(_ctx, next) {
    void next();
  },
};
const answersItself: Middleware = {
  event(_ctx, next) {
    void next();
    return 'cached';
  },
};
const callsNextLate: Middleware = {
  event(_ctx, next) {
    setTimeout(next, 10);
    return 'early';
  },
};
const hangs: Middleware = { event: () => new Promise(() => {}) };
const rejectsWithNothing: Middleware = { event: () => Promise.reject(undefined) };
const cachesBigint: Middleware = { event: () => 1n };

@Scoped('event')
class BadAtDisposal {
  [Symbol.dispose](): void {
    journal('disposed', { of: 'BadAtDisposal' });
    throw failure();
  }
}

@Scoped('event')
class BadAtAsyncDisposal {
  async [Symbol.asyncDispose](): Promise<void> {
    await delay(1);
    journal('disposed', { of: 'BadAtAsyncDisposal' });
    throw failure();
  }
}

@Scoped('event')
class BadAtBirth {
  constructor() {
    throw failure();
  }
}

@Gateway('/steps')
export class StepsGateway {
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent('forgets-next') @Use(forgetsNext) forgetsNext() {
    journal('ran', { event: 'forgets-next' });
  }
  @OnEvent('throws-first') @Use(throwsFirst) throwsFirst() {
    journal('ran', { event: 'throws-first' });
  }
  @OnEvent('throws-after-next') @Use(throwsAfterNext) throwsAfterNext() {
    return 'lost';
  }
  @OnEvent('throws-beside-next') @Use(throwsBesideNext) async throwsBesideNext() {
    throw failure();
  }
  @OnEvent('calls-twice') @Use(callsTwice) callsTwice() {
    journal('ran', { event: 'calls-twice' });
    return 'once';
  }
  @OnEvent('does-not-wait') @Use(doesNotWait) async doesNotWait() {
    await delay(1);
    return 'awaited';
  }
  @OnEvent('does-not-wait-failure') @Use(doesNotWait) async doesNotWaitFailure() {
    await delay(1);
    throw failure();
  }
  @OnEvent('answers-itself') @Use(answersItself) async answersItself() {
    throw failure();
  }
  @OnEvent('calls-next-late') @Use(callsNextLate) async callsNextLate() {
    journal('late', { event: 'calls-next-late' });
    throw failure();
  }
  @OnEvent('hangs', { timeoutMs: 30 }) @Use(hangs) hangs() {
    journal('ran', { event: 'hangs' });
  }
  @OnEvent('rejects-with-nothing') @Use(rejectsWithNothing) rejectsWithNothing() {
    journal('ran', { event: 'rejects-with-nothing' });
  }
  @OnEvent('caches-bigint') @Use(cachesBigint) cachesBigint() {
    journal('ran', { event: 'caches-bigint' });
  }

  @OnEvent('parameter-throws') parameterThrows(@Throwing() _value: unknown) {
    journal('ran', { event: 'parameter-throws' });
  }
  @OnEvent('parameter-rejects') parameterRejects(@Rejecting() _value: unknown) {
    journal('ran', { event: 'parameter-rejects' });
  }
  @OnEvent('parameters-reject') parametersReject(@Rejecting() _a: unknown, @Rejecting() _b: unknown) {
    journal('ran', { event: 'parameters-reject' });
  }
  @OnEvent('parameter-rejects-and-next-throws') rejectsAndThrows(
    @Rejecting() _a: unknown,
    @Throwing() _b: unknown,
  ) {
    journal('ran', { event: 'parameter-rejects-and-next-throws' });
  }
}

@Scoped('event')
@Gateway('/steps')
export class ScopedStepsGateway {
  constructor(
    @inject(BadAtDisposal) readonly first: BadAtDisposal,
    @inject(BadAtAsyncDisposal) readonly second: BadAtAsyncDisposal,
  ) {}

  @OnEvent('disposal-throws') disposalThrows() {
    return 'answered';
  }
  @OnEvent('disposal-throws-async') async disposalThrowsAsync() {
    await delay(1);
    return 'answered';
  }
}

@Scoped('event')
@Gateway('/steps')
export class UnbornGateway {
  constructor(@inject(BadAtBirth) readonly unborn: BadAtBirth) {}

  @OnEvent('constructor-throws') constructorThrows() {
    journal('ran', { event: 'constructor-throws' });
  }
}
