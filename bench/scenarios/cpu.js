import { openConnections } from '../lib/load.js';
import { formatProfile, selfTimes } from '../lib/profile.js';
import { ServerProcess } from '../lib/server-process.js';

/**
 * Measures the CPU time a fresh server needs for each operation.
 *
 * @param work - puts `total` operations on the server and resolves with how many it did
 * @param check - throws when the server does not do what is to be measured
 * @param profile - whether to print where the CPU time goes
 * @returns `value` in microseconds per operation, and the share of the time in which the server was busy
 */
export async function cpuPerOperation(contender, { connections, total, work, check, profile }) {
  const server = await ServerProcess.start(contender, { handlers: 6 });
  try {
    const clients = await openConnections(server.port, connections);
    await check(clients[0]);
    // The code is compiled to its fastest form, and the heap has its size, before anything counts.
    await work(clients, Math.ceil(total / 2));

    if (profile) await server.ask('startProfile');
    const cpuBefore = await server.ask('cpuUs');
    const timeBefore = performance.now();
    const operations = await work(clients, total);
    const elapsedMs = performance.now() - timeBefore;
    const cpuUs = (await server.ask('cpuUs')) - cpuBefore;

    if (profile) console.log(formatProfile(contender.title, selfTimes(await server.ask('stopProfile'))));
    for (const client of clients) client.close();
    return { value: cpuUs / operations, serverBusy: cpuUs / 1_000 / elapsedMs };
  } finally {
    await server.stop();
  }
}
