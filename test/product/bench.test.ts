// The benchmark of bench/, as far as it can be checked without measuring: its lists, its peers, its clients, its page.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
// @ts-expect-error a script without types
import { makeCertificate } from '../../bench/lib/certificate.js';
// @ts-expect-error a script without types
import { contenders, yardstick } from '../../bench/lib/contenders.js';
// @ts-expect-error a script without types
import { callTogether, connectAtOnce, openConnections, sendStepByStep } from '../../bench/lib/load.js';
// @ts-expect-error a script without types
import { chooseContenders, chooseScenarios } from '../../bench/lib/options.js';
// @ts-expect-error a script without types
import { PollingClient } from '../../bench/lib/polling-client.js';
// @ts-expect-error a script without types
import { leftOutOf } from '../../bench/lib/report.js';
// @ts-expect-error a script without types
import { ServerProcess } from '../../bench/lib/server-process.js';
// @ts-expect-error a script without types
import { WebSocketClient } from '../../bench/lib/websocket-client.js';
// @ts-expect-error a script without types
import { scenarios } from '../../bench/scenarios/index.js';
// @ts-expect-error a script without types
import { performanceFiles } from '../../scripts/performance-page.js';

interface Named {
  readonly name: string;
}
interface Contender extends Named {
  readonly scenarios?: readonly string[];
  readonly onlyByName?: boolean;
}
interface Scenario extends Named {
  readonly also?: readonly Named[];
}

const namesOf = (items: readonly Named[]): readonly string[] => items.map(({ name }) => name);
const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

describe('the lists', () => {
  it('of contenders name scenarios that exist', () => {
    const known = namesOf(scenarios);
    const named = (contenders as readonly Contender[]).flatMap((contender) => contender.scenarios ?? []);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(50);
  });

  it('are in bench/README.md, with each figure of a scenario', () => {
    const readme = readFileSync('bench/README.md', 'utf8');
    const rows = [...readme.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, first = '']) =>
      [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );
    const figures = (scenarios as readonly Scenario[]).flatMap(({ name, also = [] }) => [
      name,
      ...namesOf(also),
    ]);
    expect(rows.toSorted()).toEqual([...namesOf(contenders), ...figures].toSorted());
  });

  it('are chosen from by name, and without names leave out what has to be named', () => {
    const chosen = (only?: readonly string[]) => namesOf(chooseContenders(contenders, only, yardstick));
    expect(chosen()).toEqual(expect.arrayContaining(['raw', 'nest', 'gatewire', 'ws']));
    expect(chosen()).not.toContain('tsed');
    expect(chosen(['tsed'])).toEqual(['raw', 'tsed']);
    expect(namesOf(chooseScenarios(scenarios, ['heap']))).toEqual(['heap-6', 'heap-26']);
    expect(namesOf(chooseScenarios(scenarios, ['connect']))).toEqual(['connect']);
    expect(() => chooseScenarios(scenarios, ['con'])).toThrow('there are ack-echo-10');
  });
});

describe('a peer', () => {
  const peers = readdirSync('bench/peers').filter((name) => existsSync(`bench/peers/${name}/package.json`));
  const socketIo = json('package.json').devDependencies['socket.io'];

  it('is a contender', () => {
    expect(peers.toSorted()).toEqual(['nest', 'socket-controllers', 'tsed', 'zod-sockets']);
    expect(namesOf(contenders)).toEqual(expect.arrayContaining(peers));
  });

  it.each(peers)('%s has exact versions, one socket.io, and no address in its lockfile', (peer) => {
    const { dependencies } = json(`bench/peers/${peer}/package.json`);
    const lockfile = readFileSync(`bench/peers/${peer}/package-lock.json`, 'utf8');
    const copies = Object.entries(JSON.parse(lockfile).packages as Record<string, { version: string }>)
      .filter(([place]) => place.endsWith('node_modules/socket.io'))
      .map(([, { version }]) => version);
    expect(Object.values(dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(`${version}`))).toEqual(
      [],
    );
    expect(copies).toEqual([socketIo]);
    expect(lockfile).not.toContain('"resolved"');
  });
});

describe('the load generator', () => {
  const certificate = makeCertificate();
  const [raw] = contenders;

  it.each([
    ['WebSocket', {}, undefined],
    ['TLS', { tls: certificate }, (port: number) => new WebSocketClient(port, certificate.cert)],
    ['polling', {}, (port: number) => new PollingClient(port)],
  ])('has its answers over %s', async (_, options, open) => {
    await ServerProcess.use(raw, { handlers: 6, ...options }, async ({ port }: { port: number }) => {
      const [client] = await openConnections(port, 1, open);
      const events = Array.from({ length: 20 }, (_, n) => ['echo', { n }]);
      const answers = await callTogether(client, events);
      expect(answers).toEqual(events.map(([, payload]) => payload));
      client.close();
    });
  });

  it('connects clients at once, and counts what reaches those that read', async () => {
    await ServerProcess.use(raw, { handlers: 6 }, async ({ port }: { port: number }) => {
      const clients = await connectAtOnce(port, 20, { event: 'join', payload: 'a' });
      const [sender, slow, ...reading] = clients;
      let heard = 0;
      slow.onEvent = () => {
        heard += 1;
      };
      slow.pause();
      await sendStepByStep(sender, reading, { event: 'say', payload: { room: 'a', text: 'b' }, total: 10 });
      expect(heard).toBe(0);
      for (const client of clients) client.close();
    });
  });
});

it('docs/performance.md has a column for each peer that was measured, and says what was left out', () => {
  const run = json('bench/published.json');
  const measured = run.results[0].summary.gatewire;
  const chosen = chooseContenders(contenders, ['tsed', 'gatewire'], yardstick);
  const files = performanceFiles({
    ...run,
    versions: { ...run.versions, '@tsed/socketio': '8.0.0' },
    leftOut: leftOutOf(chosen, scenarios),
    results: run.results.map((result: object, index: number) =>
      index > 0 ? result : { ...result, summary: { ...run.results[0].summary, tsed: measured } },
    ),
  });
  expect(files['docs/performance.md']).toContain('| NestJS 12 | ws, by hand | Ts.ED |');
  expect(files['docs/performance.md']).toContain('Ts.ED 8.0.0');
  expect(files['docs/performance.md']).toMatch(
    /^- Ts\.ED is not in latency-p99, nodes-classic, .+: one node/m,
  );
});
