// Clients that come and go: WebSocket upgrade, CONNECT and the end of both.
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAtOnce, openConnections } from '../lib/load.js';
import { ServerProcess } from '../lib/server-process.js';
import { median } from '../lib/statistics.js';
import { cpuPerOperation, measureCpu } from './cpu.js';

/** As many as the queue of a listening port holds, which is 511 in Node: beyond it the kernel lets clients wait a second. */
const STORM = 500;
const STORMS = 5;
const WARM_UP_STORMS = 3;
/** Lets the server finish with those that left. */
const SETTLE_MS = 300;
const FIRST_EVENT = { event: 'echo', payload: { room: 'general', text: 'hello' } };

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

export const connectStorm = {
  name: 'connect-storm',
  title: `${STORM} clients at once, per client`,
  unit: 'us',
  also: [{ name: 'connect-storm-time', title: `${STORM} clients at once, until answered`, unit: 'ms' }],
  measure: (contender, { quick, profile }) =>
    ServerProcess.use(contender, { handlers: 6 }, async (server) => {
      for (let i = 0; i < WARM_UP_STORMS; i += 1) await storm(server, (work) => work());
      const storms = [];
      for (let i = 0; i < (quick ? 1 : STORMS); i += 1)
        storms.push(await storm(server, (work) => measureCpu(contender, server, profile, work)));
      const middle = (figure) => median(storms.map((one) => one[figure]));
      return { value: middle('value'), also: { 'connect-storm-time': middle('elapsedMs') } };
    }),
};

/** Lets all clients connect within what `measure` measures, and leave after it. */
async function storm(server, measure) {
  let clients = [];
  const measured = await measure(async () => {
    clients = await connectAtOnce(server.port, STORM, FIRST_EVENT);
    return STORM;
  });
  for (const client of clients) client.close();
  await sleep(SETTLE_MS);
  return measured;
}
