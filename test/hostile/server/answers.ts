import { setTimeout as delay } from 'node:timers/promises';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import {
  Ack,
  type AckFunction,
  type EventContext,
  Gateway,
  GatewireError,
  Guard,
  OnEvent,
  type Schema,
} from '../../../src/index.js';
import { circular, failure, journal, nested, SECRET, untouchable } from './journal.js';

const SHORT_MS = 30;
const LATE_MS = 60;

/** A Standard Schema that fails instead of saying what is wrong. */
const rejecting: Schema = {
  '~standard': { version: 1, vendor: 'hostile', validate: () => Promise.reject(failure()) },
};

/** Handlers that end in every way a handler can end. */
class Answers {
  // Values.
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent('value') value() {
    return { n: 1 };
  }
  @OnEvent('async-value') async asyncValue() {
    await delay(1);
    return { n: 2 };
  }
  @OnEvent('undefined') nothing() {}
  @OnEvent('null') null() {
    return null;
  }
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
  @OnEvent('buffer') buffer() {
    return Buffer.from('bytes');
  }

  // Values that are no JSON.
  @OnEvent('bigint') bigint() {
    return { n: 1n };
  }
  @OnEvent('async-bigint') async asyncBigint() {
    await delay(1);
    return 1n;
  }
  @OnEvent('circular') circular() {
    return circular();
  }
  @OnEvent('deep') deep() {
    return nested(200_000);
  }
  @OnEvent('function') function() {
    return () => SECRET;
  }
  @OnEvent('symbol') symbol() {
    return Symbol(SECRET);
  }
  @OnEvent('map') map() {
    return new Map([['key', SECRET]]);
  }
  @OnEvent('blob') blob() {
    return { blob: new Blob([SECRET]) };
  }
  @OnEvent('untouchable') untouchable() {
    return untouchable();
  }
  @OnEvent('getter-throws') getterThrows() {
    return {
      get value() {
        throw failure();
      },
    };
  }
  @OnEvent('to-json-throws') toJsonThrows() {
    return {
      toJSON() {
        throw failure();
      },
    };
  }

  // Values that look like promises.
  @OnEvent('then-getter-throws') thenGetterThrows() {
    return Object.defineProperty({}, 'then', {
      get() {
        throw failure();
      },
    });
  }
  @OnEvent('then-throws') thenThrows() {
    return thenable(() => {
      throw failure();
    });
  }
  @OnEvent('then-twice') thenTwice() {
    return thenable((resolve, reject) => {
      resolve('first');
      resolve('second');
      reject(failure());
    });
  }
  @OnEvent('then-nested') thenNested() {
    return thenable((resolve) => resolve(thenable((inner) => inner('inner'))));
  }
  @OnEvent('then-never', { timeoutMs: SHORT_MS }) thenNever() {
    return thenable(() => {});
  }

  // Failures.
  @OnEvent('throw') throw() {
    throw failure();
  }
  @OnEvent('async-throw') async asyncThrow() {
    await delay(1);
    throw failure();
  }
  @OnEvent('throw-by-name') throwByName(payload: 'undefined' | 'null' | 'string' | 'symbol') {
    throw { undefined, null: null, string: SECRET, symbol: Symbol(SECRET) }[payload];
  }
  @OnEvent('throw-function') throwFunction() {
    throw () => SECRET;
  }
  @OnEvent('throw-untouchable') throwUntouchable() {
    throw untouchable();
  }
  @OnEvent('throw-bare-object') throwBareObject() {
    throw Object.assign(Object.create(null), { [SECRET]: SECRET });
  }
  @OnEvent('throw-error-in-circle') throwErrorInCircle() {
    const error = failure();
    error.cause = new Error(SECRET, { cause: error });
    throw error;
  }
  @OnEvent('reject-undefined') rejectUndefined() {
    return Promise.reject(undefined);
  }
  @OnEvent('reject-null') rejectNull() {
    return Promise.reject(null);
  }
  @OnEvent('reject-untouchable') rejectUntouchable() {
    return Promise.reject(untouchable());
  }
  @OnEvent('map-throws') mapThrows() {
    throw new RangeError('mapError throws at this');
  }
  @OnEvent('map-rejects') mapRejects() {
    throw new RangeError('mapError rejects at this');
  }
  @OnEvent('sold-out') soldOut() {
    throw new GatewireError('SOLD_OUT', { message: 'no seats', details: { left: 0 }, cause: failure() });
  }
  @OnEvent('details-bigint') detailsBigint() {
    throw new GatewireError('SOLD_OUT', { details: { n: 1n } });
  }
  @OnEvent('details-circular') async detailsCircular() {
    throw new GatewireError('SOLD_OUT', { details: circular() });
  }

  // Refusals.
  @OnEvent('guard-false') @Guard(() => false) guardFalse() {
    journal('ran', { event: 'guard-false' });
  }
  @OnEvent('guard-async-false') @Guard(() => delay(1, false)) guardAsyncFalse() {
    journal('ran', { event: 'guard-async-false' });
  }
  @OnEvent('guard-throws')
  @Guard(() => {
    throw failure();
  })
  guardThrows() {
    journal('ran', { event: 'guard-throws' });
  }
  @OnEvent('guard-rejects') @Guard(() => Promise.reject(failure())) guardRejects() {
    journal('ran', { event: 'guard-rejects' });
  }
  @OnEvent('guard-hangs', { timeoutMs: SHORT_MS }) @Guard(() => new Promise(() => {})) guardHangs() {
    journal('ran', { event: 'guard-hangs' });
  }

  // Schemas.
  @OnEvent('schema', { payload: z.object({ n: z.number() }) }) schema({ n }: { n: number }) {
    return n;
  }
  @OnEvent('schema-choice', { payload: z.object({ choice: z.enum(['a', 'b']), list: z.array(z.email()) }) })
  schemaChoice() {}
  @OnEvent('schema-valibot', { payload: v.object({ n: v.number(), choice: v.picklist(['a', 'b']) }) })
  schemaValibot() {}
  @OnEvent('schema-arktype', { payload: type({ n: 'number', choice: "'a'|'b'", list: 'string.email[]' }) })
  schemaArktype() {}
  @OnEvent('schema-arktype-all', {
    payload: type({ n: 'string.email & string>20', choice: 'string.json.parse' }),
  })
  schemaArktypeAll() {}
  @OnEvent('schema-throws', {
    payload: z.unknown().transform(() => {
      throw failure();
    }),
  })
  schemaThrows() {
    journal('ran', { event: 'schema-throws' });
  }
  @OnEvent('schema-rejects', { payload: rejecting }) schemaRejects() {
    journal('ran', { event: 'schema-rejects' });
  }
  @OnEvent('args-schema', { args: z.tuple([z.string(), z.number()]) }) argsSchema(args: readonly unknown[]) {
    return args;
  }
  @OnEvent('ack-schema', { ack: z.object({ id: z.string() }) }) ackSchema() {
    return { id: SECRET.length };
  }

  // Time.
  @OnEvent('slow', { timeoutMs: SHORT_MS }) async slow() {
    await delay(LATE_MS);
    journal('late', { event: 'slow' });
    return 'late';
  }
  @OnEvent('slow-failure', { timeoutMs: SHORT_MS }) async slowFailure() {
    await delay(LATE_MS);
    journal('late', { event: 'slow-failure' });
    throw failure();
  }
  @OnEvent('never', { timeoutMs: SHORT_MS }) never() {
    return new Promise(() => {});
  }
  @OnEvent('long') async long(_payload: unknown, ctx: EventContext) {
    await delay(60_000, undefined, { signal: ctx.signal }); // fails when the call is given up
  }

  // Answers by hand.
  @OnEvent('ack') ack(@Ack() ack: AckFunction) {
    ack('by hand');
    return 'ignored';
  }
  @OnEvent('ack-twice') ackTwice(@Ack() ack: AckFunction) {
    ack('first');
    ack('second');
    ack(failure());
  }
  @OnEvent('ack-later') ackLater(@Ack() ack: AckFunction) {
    setTimeout(ack, 10, 'later');
  }
  @OnEvent('ack-async') async ackAsync(@Ack() ack: AckFunction) {
    await delay(1);
    ack('first');
    await delay(1);
    return 'ignored';
  }
  @OnEvent('ack-never', { timeoutMs: SHORT_MS }) ackNever(@Ack() _ack: AckFunction) {}
  @OnEvent('ack-never-async', { timeoutMs: SHORT_MS }) async ackNeverAsync(@Ack() _ack: AckFunction) {}
  @OnEvent('ack-too-late', { timeoutMs: SHORT_MS }) ackTooLate(@Ack() ack: AckFunction) {
    setTimeout(() => {
      ack('late');
      journal('late', { event: 'ack-too-late' });
    }, LATE_MS);
  }
  @OnEvent('ack-then-throw') ackThenThrow(@Ack() ack: AckFunction) {
    ack('first');
    throw failure();
  }
  @OnEvent('ack-then-reject') async ackThenReject(@Ack() ack: AckFunction) {
    ack('first');
    throw failure();
  }
  @OnEvent('throw-then-ack') throwThenAck(@Ack() ack: AckFunction) {
    setTimeout(() => {
      ack('late');
      journal('late', { event: 'throw-then-ack' });
    }, 10);
    throw failure();
  }
  @OnEvent('ack-error') ackError(@Ack() ack: AckFunction) {
    ack(failure());
  }
  @OnEvent('ack-at-shutdown') ackAtShutdown(@Ack() _ack: AckFunction) {
    // Held for as long as the call may last.
  }
  @OnEvent('ack-bigint') ackBigint(@Ack() ack: AckFunction) {
    ack(1n);
  }
}

@Gateway('/answers')
export class AnswersGateway extends Answers {}

@Gateway('/bare', { reply: 'raw' })
export class BareAnswersGateway extends Answers {}

function thenable(
  then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void,
): PromiseLike<unknown> {
  return { then } as PromiseLike<unknown>;
}
