import { expect, it } from '@jest/globals';
import { createApp, Gateway, guardRoom, OnEvent } from '../../../src/index.js';
import { slowPatterns } from '../../../src/plan/slow-patterns.js';

it('RegExps that may be exponential are found, each once with its line, and no others', async () => {
  @Gateway(/^\/(?<team>(\w+-)+)$/)
  class Slow {
    @OnEvent([/^(a+)+$/, /^(?<kind>\w+):saved$/, /(?<=:)(?<!x)saved$/]) on() {}
  }
  @Gateway('/team/:team/:member', { rooms: [guardRoom('order/:id', () => true)] })
  class Fast {
    @OnEvent(/^[\w-]+:saved$/) on() {}
  }
  const app = createApp({ gateways: [Slow, Fast], rooms: [guardRoom(/^(x*)*$/, () => true)] });
  const found = await slowPatterns(app.plan());
  expect(found.map(({ of, pattern }) => `${of} ${pattern}`).sort()).toEqual([
    'event /^(a+)+$/',
    'namespace /^\\/(?<team>(\\w+-)+)$/',
    'room /^(x*)*$/',
  ]);
  for (const { location } of found) expect(location).toMatch(/slow-patterns\.test\.ts:\d+/);
});
