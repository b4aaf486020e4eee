// Events that ask for nothing: what is left of the cost when no answer is written.
import { deepStrictEqual } from 'node:assert';
import { callTogether, sendInBursts } from '../lib/load.js';
import { cpuPerOperation } from './cpu.js';

export const noAck = {
  name: 'no-ack',
  title: 'events without ack',
  unit: 'us',
  measure(contender, { quick, profile }) {
    let sent = 0;
    return cpuPerOperation(contender, {
      profile,
      connections: 8,
      total: quick ? 80_000 : 400_000,
      check: (client) => checkArrived(client, 0),
      work: async (clients, total) => {
        const operations = await sendInBursts(clients, {
          event: 'tick',
          lastEvent: 'count',
          burst: 100,
          total,
        });
        sent += operations;
        await checkArrived(clients[0], sent);
        return operations;
      },
    });
  },
};

/** Every event has been handled, none twice. */
async function checkArrived(client, ticks) {
  const [answer] = await callTogether(client, [['count']]);
  deepStrictEqual(answer, { ticks });
}
