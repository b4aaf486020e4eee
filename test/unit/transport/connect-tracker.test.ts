import { expect, it } from '@jest/globals';
import { ConnectTracker } from '../../../src/transport/connect-tracker.js';
import { type EngineConnection, PacketType } from '../../../src/transport/engineio.js';
import { DEFAULT_TRANSPORT_LIMITS } from '../../../src/transport/transport-limits.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('refusals in a row end a connection, and a goodbye is none', async () => {
  const reports: unknown[] = [];
  let isClosed = false;
  const connection = {
    close: () => {
      isClosed = true;
    },
  };
  const tracker = new ConnectTracker(connection as EngineConnection, {
    limits: { ...DEFAULT_TRANSPORT_LIMITS, refusalsInARow: 3 },
    report: (...report) => reports.push(report),
    admit: () => null,
    declarationOf: () => '/team',
  });
  const { CONNECT, CONNECT_ERROR, DISCONNECT } = PacketType;
  for (let i = 0; i < 9; i++) tracker.onSent(DISCONNECT, `1/team/${i},`);
  for (const type of [CONNECT_ERROR, CONNECT_ERROR, CONNECT, CONNECT_ERROR, CONNECT_ERROR])
    tracker.onSent(type, `${type}/team,{}`);
  expect([tracker.isOver, reports]).toEqual([false, []]);
  tracker.onSent(CONNECT_ERROR, '4/team,{}');
  expect([tracker.isOver, isClosed]).toEqual([true, false]); // the refusal goes out first
  tracker.onSent(CONNECT_ERROR, '4/team,{}');
  await turn();
  expect([isClosed, reports]).toEqual([true, [['connection.closed', 'refusalsInARow']]]);
});
