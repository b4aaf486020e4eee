import { describe, expect, it } from '@jest/globals';
import { CallSite } from '../../src/base/call-site.js';
import { checkOptions, rules } from '../../src/base/options.js';
import { stepDecorator } from '../../src/decorators/steps.js';
import { Concurrency, createApp, Gateway, Guard, OnEvent, RateLimit, Use } from '../../src/index.js';
import { describeEventInfo } from '../../src/inspect/event-info.js';
import type { Battery } from '../../src/metadata/battery.js';
import { createTestApp } from '../../src/testing/index.js';

const trail: string[] = [];
const opened: string[] = [];

/** A battery of the test, which no file of src knows. */
const batteryAt = (position: Battery['position']): Battery<string> => ({
  decorator: 'Trace',
  stage: `trace-${position}`,
  title: `trace on ${position}`,
  position,
  compile(given, problems, where) {
    const { name = '' } = checkOptions<{ name: string }>(
      given,
      { name: rules.text },
      '@Trace',
      problems,
      where,
    );
    return { options: name, label: name, info: `as ${name}` };
  },
  checkEvent({ options, at }, { method, hasAuth }, problems) {
    if (options !== 'secret' || hasAuth) return;
    const where = { location: at.location, label: method };
    problems.add('GW_ERR_BUILD_RATE_WITHOUT_USER', { method, namespace: 'this' }, where);
  },
  open() {
    opened.push(position);
    return {
      stage: ({ options, level }) => {
        opened.push(options);
        return (next) => (call) => {
          trail.push(`${level} ${options} ${call.ctx.event} ${call.hasAck ? 'with' : 'without'} ack`);
          return next(call);
        };
      },
      close: () => opened.push(`${position} closed`),
    };
  },
});

const [arrival, admitted, middleware] = (['arrival', 'admitted', 'middleware'] as const).map(batteryAt);
const Trace = (battery: Battery<string> | undefined, name: unknown): ClassDecorator & MethodDecorator =>
  stepDecorator('Trace', [
    { kind: 'battery', battery: battery as Battery, value: { name }, at: new CallSite(Trace) },
  ]);

const note = (name: string) => ({
  event: (_: unknown, next: () => Promise<unknown>) => {
    trail.push(name);
    return next();
  },
});

@Use(note('gateway middleware'))
@Trace(middleware, 'around')
@Trace(admitted, 'turn')
@Trace(arrival, 'first')
@Gateway('/traced')
class Traced {
  @Guard(() => {
    trail.push('guard');
    return true;
  })
  @Trace(arrival, 'second')
  @Trace(middleware, 'inner')
  @Use(note('event middleware'))
  @Trace(admitted, 'own turn')
  @OnEvent('a')
  a() {
    trail.push('handler');
    return 'done';
  }

  @OnEvent('b') b() {}
}

describe('a battery of any kind', () => {
  it('runs at its place in the chain, and is opened once for each declaration', async () => {
    trail.length = 0;
    opened.length = 0;
    const test = await createTestApp(Traced);
    const client = await test.client.connect('/traced');
    expect(await client.call('a')).toBe('done');
    expect(trail).toEqual([
      'gateway first a with ack',
      'event second a with ack',
      'gateway turn a with ack',
      'event own turn a with ack',
      'gateway middleware',
      'gateway around a with ack',
      'event inner a with ack',
      'event middleware',
      'guard',
      'handler',
    ]);
    trail.length = 0;
    client.emit('b');
    await client.flush();
    expect(trail[0]).toBe('gateway first b without ack');
    expect([...opened].sort()).toEqual(
      ['admitted', 'arrival', 'around', 'first', 'inner', 'middleware', 'own turn', 'second', 'turn'].sort(),
    );
    await test.close();
    expect(opened.slice(9).sort()).toEqual(['admitted closed', 'arrival closed', 'middleware closed']);
  });

  it('stands in the description of its event, in the order in which it runs', () => {
    const plan = createApp({ gateways: [Traced], logger: false }).plan();
    const [namespace] = plan.namespaces;
    const event = namespace?.events.find(({ name }) => name === 'a');
    if (namespace === undefined || event === undefined) throw new Error('the event is missing');
    const { call } = describeEventInfo(plan, namespace, event, process.cwd());
    expect(call.map(({ stage, level, label }) => `${level} ${stage} ${label}`)).toEqual([
      'gateway trace-arrival as first',
      'event trace-arrival as second',
      'gateway trace-admitted as turn',
      'event trace-admitted as own turn',
      'gateway middleware middleware',
      'gateway trace-middleware as around',
      'event trace-middleware as inner',
      'event middleware middleware',
      'event guard (anonymous)',
      'null handler Traced.a',
      'null reply null',
    ]);
    expect(call[0]).toMatchObject({
      title: 'trace on arrival',
      at: { file: 'test/server/batteries.test.ts' },
    });
  });

  it('checks its options when the application is compiled, with the line', () => {
    @Gateway('/wrong')
    class Wrong {
      @Trace(arrival, 5) @OnEvent('a') a() {}
      @Trace(middleware, 'secret') @OnEvent('b') b() {}
      @Trace(admitted, 'nothing') helper() {}
    }
    const problems = problemsOf(Wrong);
    expect(problems.map(({ code }) => code).sort()).toEqual([
      'GW_ERR_BUILD_BAD_OPTION',
      'GW_ERR_BUILD_RATE_WITHOUT_USER',
      'GW_ERR_BUILD_STEP_WITHOUT_EVENT',
    ]);
    for (const { places } of problems) {
      expect(places[0]?.location).toMatch(/batteries\.test\.ts:\d+/);
      expect(places[0]?.label).toMatch(/^Wrong\.(a|b|helper)$/);
    }
    expect(problems.find(({ code }) => code === 'GW_ERR_BUILD_STEP_WITHOUT_EVENT')?.message).toContain(
      '@Trace',
    );
  });
});

it('lists rate limits and concurrency ahead of the middleware', () => {
  @Use(note('x'))
  @Concurrency({ limit: 2, per: 'app' })
  @Gateway('/limits')
  class Limits {
    @Concurrency({ limit: 1 })
    @RateLimit({ limit: 3, windowMs: 60_000, per: () => 'key' })
    @OnEvent('a')
    a() {}
  }
  const plan = createApp({ gateways: [Limits], logger: false }).plan();
  const [namespace] = plan.namespaces;
  const event = namespace?.events[0];
  if (namespace === undefined || event === undefined) throw new Error('the event is missing');
  const { call, event: described } = describeEventInfo(plan, namespace, event, process.cwd());
  expect(call.slice(0, 4).map(({ stage, level, label }) => `${level} ${stage} ${label}`)).toEqual([
    'event rate 3/min per key',
    'gateway concurrency 2 at once per app',
    'event concurrency 1 at once per socket',
    'gateway middleware middleware',
  ]);
  expect(described.rates).toEqual(['3/min']);
});

function problemsOf(gateway: new () => object) {
  try {
    createApp({ gateways: [gateway], logger: false }).plan();
  } catch (error) {
    return (
      error as {
        problems: { code: string; message: string; places: { location: string; label: string }[] }[];
      }
    ).problems;
  }
  throw new Error('there is no problem');
}
