// Clients that come and go: WebSocket upgrade, CONNECT and the end of both.
import { openConnections } from '../lib/load.js';
import { cpuPerOperation } from './cpu.js';

export const connect = {
  name: 'connect',
  title: 'connect and leave',
  unit: 'us',
  measure: (contender, { quick, profile }) =>
    cpuPerOperation(contender, {
      profile,
      connections: 1,
      total: quick ? 500 : 3_000,
      check: () => {},
      work: async ([client], total) => {
        for (const one of await openConnections(client.port, total)) one.close();
        return total;
      },
    }),
};
