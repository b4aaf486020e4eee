import { afterEach, describe, expect, it } from '@jest/globals';
import {
  BootError,
  createApp,
  defineContract,
  Gateway,
  Guard,
  gatewayFor,
  OnSubscribe,
  RateLimit,
  type TopicContext,
  Use,
} from 'gatewire';
import { createTestApp, type TestApp } from 'gatewire/testing';

let test: TestApp | undefined;
afterEach(() => test?.close());

/** Codes of what is wrong with gateways, and the texts. */
function faultsOf(...gateways: (new () => object)[]): readonly (readonly [string, string])[] {
  try {
    createApp({ gateways, logger: false }).plan();
    return [];
  } catch (error) {
    if (!(error instanceof BootError)) throw error;
    return error.problems.map(
      (problem) => [problem.code.replace('GW_ERR_BUILD_', ''), JSON.stringify(problem)] as const,
    );
  }
}

const codesOf = (...gateways: (new () => object)[]): readonly string[] =>
  faultsOf(...gateways).map(([code]) => code);

describe('topics that are declared wrongly', () => {
  it.each([
    ['prices/:symbol', 'prices/BTC'],
    ['prices/:symbol', 'prices/:other'],
    [':kind/BTC', 'prices/:symbol'],
    ['news', 'news'],
  ])('are found where %s and %s have a name in common', (one, other) => {
    @Gateway('/live')
    class Live {
      @OnSubscribe(one) one() {}
      @OnSubscribe(other) other() {}
    }
    expect(codesOf(Live)).toEqual(['TOPIC_OVERLAP']);
  });

  it('are not found where no name fits both, or in another namespace', () => {
    @Gateway('/live')
    class Live {
      @OnSubscribe('prices/:symbol') prices() {}
      @OnSubscribe('prices/:symbol/:day') days() {}
      @OnSubscribe('volumes/:symbol') volumes() {}
    }
    @Gateway('/other')
    class Other {
      @OnSubscribe('prices/:symbol') prices() {}
    }
    expect(codesOf(Live, Other)).toEqual([]);
  });

  it.each(['', '/', '/prices', 'prices/', 'a//b', '*', 'prices/:', 'prices/:1', ':a/:a', 'x'.repeat(257)])(
    'are found by the name %j',
    (name) => {
      @Gateway('/live')
      class Live {
        @OnSubscribe(name) topic() {}
      }
      expect(codesOf(Live)).toEqual(['BAD_TOPIC']);
    },
  );

  it('are found by an option that there is not, also beside a contract', () => {
    const Kit = gatewayFor(defineContract('/kit', { topics: { news: {} } }));
    @Gateway('/live')
    class Live {
      @OnSubscribe('news', { histroy: 5 } as never) news() {}
    }
    @Kit.Gateway()
    class Contracted {
      @Kit.OnSubscribe('news', { keyed: true } as never) news() {}
    }
    const [one, other] = faultsOf(Live, Contracted);
    expect([one?.[0], other?.[0]]).toEqual(['UNKNOWN_OPTION', 'UNKNOWN_OPTION']);
    expect(one?.[1]).toContain('histroy');
    expect(other?.[1]).toContain('keyed');
  });

  it('are found in a contract without a method, and at a method without the contract', () => {
    const Kit = gatewayFor(defineContract('/kit', { topics: { news: {}, prices: {} } }));
    @Kit.Gateway()
    class Contracted {
      @Kit.OnSubscribe('news') news() {}
      @Kit.OnSubscribe('price' as never) typo() {}
    }
    const faults = faultsOf(Contracted);
    expect(faults.map(([code]) => code).sort()).toEqual(['FOREIGN_TOPIC', 'UNHANDLED_TOPIC']);
    expect(faults.find(([code]) => code === 'FOREIGN_TOPIC')?.[1]).toContain('prices');
  });

  it('are found at a static method', () => {
    const make = () => {
      @Gateway('/live')
      class Live {
        @OnSubscribe('news') static news() {}
      }
      return codesOf(Live);
    };
    expect(make()).toEqual(['NOT_A_METHOD']);
  });
});

describe('what surrounds the method of a topic', () => {
  it('holds for subscriptions: guards, rate limits and middleware', async () => {
    const around: string[] = [];
    @Gateway('/live')
    class Live {
      @OnSubscribe('guarded/:name')
      @Guard((ctx) => (ctx as unknown as TopicContext).topic === 'guarded/open')
      guarded() {}

      @OnSubscribe('limited')
      @RateLimit({ limit: 2, windowMs: 60_000 })
      limited() {}

      @OnSubscribe('used')
      @Use({
        event: (ctx, next) => {
          around.push((ctx as unknown as TopicContext).topic);
          return next();
        },
      })
      used() {}
    }
    test = await createTestApp(Live);
    const client = await test.client.connect('/live');
    const subscribe = (name: string) =>
      client.call('gw:subscribe' as never, name as never).then(
        () => 'ok',
        ({ code }: { code: string }) => code,
      );
    expect([await subscribe('guarded/open'), await subscribe('guarded/closed')]).toEqual(['ok', 'FORBIDDEN']);
    const limited = [await subscribe('limited'), await subscribe('limited'), await subscribe('limited')];
    expect(limited).toEqual(['ok', 'ok', 'RATE_LIMITED']);
    expect(await subscribe('used')).toBe('ok');
    expect(around).toEqual(['used']);
  });
});
