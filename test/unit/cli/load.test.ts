import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { connectErrorCode, MAX_IN_FLIGHT, SimulatedClient } from '../../../src/cli/load/client.js';
import { Figures, Stopwatch, Tally } from '../../../src/cli/load/figures.js';
import { drawFrom, type LoadPlan, planEvent, planLoad } from '../../../src/cli/load/plan.js';
import { progressLine, renderReport, reportOf } from '../../../src/cli/load/report.js';
import type { LoadResult } from '../../../src/cli/load/run.js';
import { checkScenario } from '../../../src/cli/load/scenario.js';
import { readNumbers } from '../../../src/cli/load/settings.js';
import { readTarget } from '../../../src/cli/load/target.js';
import type { BootError } from '../../../src/errors/boot-error.js';
import type { LoadScenario } from '../../../src/testing/index.js';

const NUMBERS = { clients: 1, ramp: 0, seconds: 1, rate: 10, reconnects: 0 };

describe('the URL of a load', () => {
  it.each([
    ['http://localhost:3000', 'http://localhost:3000/', 'localhost', '/'],
    [
      'wss://example.com/team/7/chat?v=1#x',
      'wss://example.com/team/7/chat?v=1',
      'example.com',
      '/team/7/chat',
    ],
    ['http://[::1]:3000/', 'http://[::1]:3000/', '[::1]', '/'],
  ])('is read from %s', (written, url, host, namespace) => {
    expect(readTarget(written)).toEqual({ url, host, namespace });
  });

  it.each([
    [undefined, 'the URL of the server is missing', ''],
    ['localhost:3000/chat', '`localhost:3000/chat` is no URL', 'did you mean `http://localhost:3000/chat`? '],
    ['ftp://localhost', '`ftp://localhost` is no URL', ''],
    ['http://', '`http://` is no URL', ''],
    [
      'http://ann:secret@localhost',
      '`http://…@localhost` has a user name, which Socket.IO does not send',
      '',
    ],
  ])('is refused when it is %s', (written, message, meant) => {
    const help = `${meant}gatewire load --help lists the options`;
    expect(() => readTarget(written)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ message, help }) }),
    );
  });
});

describe('the numbers of a load', () => {
  it('are those of the command line, else those of the scenario, else defaults', () => {
    expect(readNumbers({ rate: '0.5' }, { clients: 7, rate: 3 })).toEqual({
      clients: 7,
      ramp: 1,
      seconds: 10,
      rate: 0.5,
      reconnects: 0,
    });
  });

  it.each([
    ['clients', '0', 'a whole number from 1 to 20000'],
    ['clients', '1.5', 'a whole number from 1 to 20000'],
    ['clients', '20001', 'a whole number from 1 to 20000'],
    ['clients', '1e3', 'a whole number from 1 to 20000'],
    ['seconds', '0', 'a number from 0.1 to 86400'],
    ['rate', 'fast', 'a number from 0.001 to 1000'],
    ['reconnects', '61', 'a number from 0 to 60'],
  ])('are refused on the command line: --%s %s', (name, written, expected) => {
    expect(() => readNumbers({ [name]: written }, {})).toThrow(
      `option \`--${name}\` is \`${written}\`, not ${expected}`,
    );
  });
});

describe('a scenario', () => {
  it('is checked as a whole', () => {
    const given = {
      clients: 0,
      rates: 2,
      auth: 'token',
      start: [{ event: 'connect' }],
      mix: [{ payload: 1 }, { event: 'a', weigth: 2 }, { event: 'b', ack: 'yes' }],
    };
    const { problems } = catchError(() => checkScenario(given, 'load.ts')) as BootError;
    expect(problems.map(({ message, places }) => [message, places[0]?.label])).toEqual([
      ['option `clients` is `0`', 'default'],
      ['`rates` is not an option of a load scenario', 'default'],
      ["option `auth` is `'token'`", 'default'],
      ["option `event` is `'connect'`", 'start[0]'],
      ['option `event` is missing', 'mix[0]'],
      ['`weigth` is not an option of an event of the mix', 'mix[1]'],
      ["option `ack` is `'yes'`", 'mix[2]'],
    ]);
    expect(problems.map(({ places }) => places[0]?.location)).toEqual(Array(7).fill('load.ts'));
  });

  it('says what each client sends', () => {
    const scenario: LoadScenario = {
      auth: ({ index }) => ({ name: `ann-${index}` }),
      start: [{ event: 'join', payload: { room: 1 } }],
      mix: [
        { event: 'send', payload: ({ index, sent }) => [index, sent], ack: false, weight: 3 },
        { event: 'ping' },
      ],
    };
    const { authOf, start, mix } = planLoad(scenario, NUMBERS);
    const client = { index: 2, sent: 5 };
    expect(authOf?.(client)).toEqual({ name: 'ann-2' });
    expect(start.map(({ argumentsOf }) => argumentsOf(client))).toEqual([[{ room: 1 }]]);
    expect(mix.map(({ argumentsOf }) => argumentsOf(client))).toEqual([[[2, 5]], []]);
    expect(mix.map(({ isAnswered, weight }) => [isAnswered, weight])).toEqual([
      [false, 3],
      [true, 1],
    ]);
    // A mix from elsewhere takes the place of its own.
    expect(planLoad(scenario, NUMBERS, [planEvent({ event: 'x' })]).mix.map(({ event }) => event)).toEqual([
      'x',
    ]);
  });

  it('has no promises as payloads, which would be sent as empty objects', () => {
    const { argumentsOf } = planEvent({ event: 'a', payload: () => Promise.resolve(1) });
    expect(() => argumentsOf({ index: 0, sent: 0 })).toThrow('its payload is a promise');
  });

  it('draws events by their weights', () => {
    const points = [0, 0.29, 0.31, 0.39, 0.41, 0.999];
    const draw = drawFrom(
      [planEvent({ event: 'a', weight: 3 }), planEvent({ event: 'b' }), planEvent({ event: 'c', weight: 6 })],
      () => points.shift() ?? 0,
    );
    expect(Array.from({ length: 6 }, () => draw().event)).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });
});

/** Socket that answers when a test says so. */
class FakeSocket extends EventEmitter {
  connected = false;
  readonly waiting: ((error: Error | null, reply?: unknown) => void)[] = [];
  readonly sent: unknown[][] = [];
  readonly wire = {
    emit: (...args: unknown[]) => {
      const settle = args.pop() as (error: Error | null, reply?: unknown) => void;
      this.sent.push(args);
      this.waiting.push(settle);
    },
  };

  timeout() {
    return this.wire;
  }
  onAny() {}
  connect() {
    this.connected = true;
    this.emit('connect');
  }
  disconnect() {
    this.connected = false;
    this.emit('disconnect', 'io client disconnect');
    for (const settle of this.waiting.splice(0)) settle(new Error('socket has been disconnected'));
  }
  answer(reply: unknown) {
    this.waiting.shift()?.(null, reply);
  }
}

function simulate(scenario: LoadScenario, numbers: Partial<LoadPlan> = {}) {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0);
  const plan = planLoad(scenario, { ...NUMBERS, ...numbers });
  const figures = new Figures([...plan.start, ...plan.mix].map(({ event }) => event));
  const socket = new FakeSocket();
  const failures: unknown[] = [];
  const client = new SimulatedClient(0, {
    plan,
    figures,
    createSocket: () => socket as unknown as Socket,
    draw: drawFrom(plan.mix),
    onSettled: () => {},
    fail: (what, cause) => failures.push([what, cause]),
  });
  client.open(performance.now());
  return { client, figures, socket, failures };
}

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const PING: LoadScenario = { mix: [{ event: 'ping' }] };

describe('a client of a load', () => {
  it('sends at its times whether or not it is answered, and counts latency from these times', () => {
    const { figures, socket } = simulate(PING);
    jest.advanceTimersByTime(350);
    expect(figures.sent).toBe(4); // at 0, 100, 200 and 300 ms, and no answer yet
    for (let i = 0; i < 4; i++) socket.answer({ ok: true });
    const { count, max } = figures.answers.toTimes();
    expect(count).toBe(4);
    expect(Math.round(max / 10) * 10).toBe(350);
    expect(figures.ok).toBe(4);
  });

  it('sends what a late timer has missed, with the times that it should have had', () => {
    const { figures, socket } = simulate(PING);
    jest.advanceTimersByTime(50);
    socket.answer({ ok: true });
    // The event loop stands still for a second.
    jest.setSystemTime(Date.now() + 1_000);
    jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_000);
    jest.advanceTimersToNextTimer();
    expect(figures.sent).toBe(11);
    for (let i = 0; i < 10; i++) socket.answer({ ok: true });
    expect(Math.round(figures.answers.toTimes().max / 100)).toBe(10); // the event of 100 ms, answered at 1,050 ms and later
  });

  it(`has ${MAX_IN_FLIGHT} events in flight at most, and counts the others as not sent`, () => {
    const { figures } = simulate(PING, { rate: 1_000 });
    jest.advanceTimersByTime(200);
    expect(figures.sent).toBe(MAX_IN_FLIGHT);
    expect(figures.inFlightFull).toBe(101);
  });

  it('sends the events of the start in their order, each after the answer before, and then the mix', () => {
    const { figures, socket } = simulate({ start: [{ event: 'join' }, { event: 'hello' }], ...PING });
    jest.advanceTimersByTime(500);
    expect(socket.sent).toEqual([['join']]);
    socket.answer({ ok: false, error: { code: 'NOT_FOUND' } });
    socket.answer({ ok: true });
    jest.advanceTimersByTime(50);
    expect(socket.sent.map(([event]) => event)).toEqual(['join', 'hello', 'ping']);
    expect(figures.errors.toCounts()).toEqual({ NOT_FOUND: 1 });
  });

  it('leaves and connects again, and joins again', () => {
    const { figures, socket } = simulate({ start: [{ event: 'join' }] }, { reconnects: 60 });
    jest.advanceTimersByTime(1); // the first time at once, by the random number
    expect([figures.reconnects, figures.opened, figures.connected]).toEqual([1, 2, 1]);
    expect(socket.sent).toEqual([['join'], ['join']]);
    expect(figures.connectionLost).toBe(1);
    expect(figures.disconnects.toCounts()).toEqual({});
    jest.advanceTimersByTime(1_000);
    expect(figures.reconnects).toBe(2);
  });

  it('counts what it would have sent while its connection is lost', () => {
    const { figures, socket } = simulate(PING);
    jest.advanceTimersByTime(50);
    socket.connected = false;
    socket.emit('disconnect', 'transport close');
    jest.advanceTimersByTime(300);
    expect([figures.sent, figures.notConnected]).toEqual([1, 3]);
    expect(figures.disconnects.toCounts()).toEqual({ 'transport close': 1 });
    socket.connect(); // as socket.io-client does by itself
    jest.advanceTimersByTime(700);
    expect([figures.sent, figures.notConnected]).toEqual([8, 3]);
  });

  it('sends at its rate after it has left and come back', () => {
    const { figures } = simulate(PING, { reconnects: 30 });
    jest.advanceTimersByTime(1_050);
    expect(figures.reconnects).toBe(1);
    expect(figures.sent).toBeGreaterThanOrEqual(10);
    expect(figures.sent).toBeLessThanOrEqual(12);
  });

  it('ends the load when a function of the scenario throws', () => {
    const error = new Error('no text');
    const thrower = (): never => {
      throw error;
    };
    const { figures, failures } = simulate({ mix: [{ event: 'ping', payload: thrower }] });
    jest.advanceTimersByTime(500);
    expect(failures).toEqual([['`ping`', error]]);
    expect(figures.sent).toBe(0);
  });

  it.each([
    [{ data: { code: 'UNAUTHENTICATED' } }, 'UNAUTHENTICATED'],
    [{ description: { error: { code: 'ECONNREFUSED' } } }, 'ECONNREFUSED'],
    [{ description: { message: 'Unexpected server response: 503' } }, 'HTTP 503'],
    [{ description: 403 }, 'HTTP 403'],
    [{}, 'websocket error'],
  ])('names the reason of %j', (error, code) => {
    expect(connectErrorCode(Object.assign(new Error('websocket error'), error))).toBe(code);
  });
});

describe('the figures of a load', () => {
  it('have a bounded number of codes, without letters that a terminal would obey', () => {
    const tally = new Tally();
    tally.add('\u001b[2J');
    for (let i = 0; i < 60; i++) for (let n = 0; n <= i; n++) tally.add(`E_${i}`);
    const counts = tally.toCounts();
    expect(Object.keys(counts)).toHaveLength(50);
    expect(Object.keys(counts)[0]).toBe('other'); // the most frequent one first
    expect(tally.total).toBe(1 + (60 * 61) / 2);
  });

  it('have percentiles with an error of a thousandth, for any time', () => {
    const watch = new Stopwatch();
    for (let i = 1; i <= 1_000; i++) watch.record(0, i);
    const { count, p50, p99_9, max } = watch.toTimes();
    expect(count).toBe(1_000);
    for (const [value, wanted] of [
      [p50, 500],
      [p99_9, 999],
      [max, 1_000],
    ] as const) {
      expect(Math.abs(value - wanted) / wanted).toBeLessThan(0.001);
    }
    watch.record(10, 5);
    watch.record(0, 1e9);
    expect(watch.toTimes().count).toBe(1_002);
    expect(new Stopwatch().toTimes()).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, p99_9: 0, max: 0 });
  });

  it('say when they are about the generator', () => {
    const figures = new Figures(['ping']);
    figures.addSent('ping');
    figures.addSent('ping');
    figures.addAnswer('ping', 0, 2, null);
    figures.addAnswer('ping', 0, 2, 'RATE_LIMITED');
    figures.addUnanswered('ping', 'timedOut');
    figures.inFlightFull = 3;
    figures.exceptions.add('FORBIDDEN');
    const plan = planLoad(PING, NUMBERS);
    const result = (eventLoopDelayP99Ms: number): LoadResult => ({
      endedBy: 'signal',
      elapsedS: 1.234,
      figures,
      perSecond: { sent: 2, received: 0 },
      generator: { eventLoopDelayP99Ms, cpuShare: 0.5, rssBytes: 50e6 },
    });
    const subject = {
      url: 'http://localhost/',
      transport: 'websocket',
      plan,
      leftOut: [{ event: 'x', reason: 'y' }],
    };
    const fine = reportOf(subject, result(19));
    const late = reportOf(subject, result(21));
    expect([fine.generator.isSaturated, late.generator.isSaturated]).toEqual([false, true]);
    const text = renderReport(late, (_, words) => words);
    expect(renderReport(fine, (_, words) => words)).not.toContain("generator's own");
    for (const words of [
      '1 client over websocket, 1.23 s, ended by a signal',
      'answered   1 ok',
      'answered   1 RATE_LIMITED',
      'no answer  1 within 10 s',
      'exception  1 FORBIDDEN',
      'not sent   3 because 100 of the client waited for answers',
      'latency    p50 2.00 ms',
      'left out x: y',
      "these times are the generator's own: its event loop was late by 21.0 ms",
    ]) {
      expect(text).toContain(words);
    }
    expect(progressLine({ figures, elapsedS: 0.9 }, plan)).toBe(
      '0 of 1 s | 0 of 1 clients | 2 sent, 1 ok, 2 failed, 0 received | p50 2.0 p99 2.0 ms',
    );
  });
});

function catchError(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
