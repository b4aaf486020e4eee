import { openConnections } from '../lib/load.js';
import { formatProfile, selfTimes } from '../lib/profile.js';
import { ServerProcess } from '../lib/server-process.js';

/**
 * Measures the CPU time a fresh server needs for each operation.
 *
 * @param work - puts `total` operations on the server and resolves with how many it did
 * @param check - throws when the server does not do what is to be measured
 * @param profile - whether to print where the CPU time goes
 * @param server - what the server is started with, besides its event handlers
 * @param open - makes a client; over WebSocket by default
 * @returns `value` in microseconds per operation, and the share of the time in which the server was busy
 */
export function cpuPerOperation(contender, options) {
  const { connections, total, work, check, profile, server: started, open } = options;
  return ServerProcess.use(contender, { handlers: 6, ...started }, async (server) => {
    const clients = await openConnections(server.port, connections, open);
    await check(clients[0]);
    // The code is compiled to its fastest form, and the heap has its size, before anything counts.
    await work(clients, Math.ceil(total / 2));
    const measured = await measureCpu(contender, server, profile, () => work(clients, total));
    for (const client of clients) client.close();
    return measured;
  });
}

/** The same for `work` on a server that runs already; it resolves with the number of its operations. */
export async function measureCpu(contender, server, profile, work) {
  if (profile) await server.ask('startProfile');
  const cpuBefore = await server.ask('cpuUs');
  const timeBefore = performance.now();
  const operations = await work();
  const elapsedMs = performance.now() - timeBefore;
  const cpuUs = (await server.ask('cpuUs')) - cpuBefore;

  if (profile) console.log(formatProfile(contender.title, selfTimes(await server.ask('stopProfile'))));
  return { value: cpuUs / operations, serverBusy: cpuUs / 1_000 / elapsedMs, elapsedMs };
}
