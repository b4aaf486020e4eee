// What a connection that does nothing keeps in the JavaScript heap.
import { setTimeout as sleep } from 'node:timers/promises';
import { openConnections } from '../lib/load.js';
import { ServerProcess } from '../lib/server-process.js';

/** Lets closing sockets and short timers of the handshake finish. */
const SETTLE_MS = 500;

export const heap6 = heapScenario(6);
export const heap26 = heapScenario(26);

function heapScenario(handlers) {
  return {
    name: `heap-${handlers}`,
    title: `heap per idle connection, ${handlers} handlers`,
    unit: 'KB',
    measure: (contender, { quick }) =>
      heapPerConnection(contender, { handlers, connections: quick ? 500 : 2_000 }),
  };
}

function heapPerConnection(contender, { handlers, connections }) {
  return ServerProcess.use(contender, { handlers }, async (server) => {
    // What is loaded or cached once, with the first connections, belongs to nobody.
    await connectAndLeave(server.port, 100);
    const bytesBefore = await server.ask('heapBytes');
    const clients = await openConnections(server.port, connections);
    await sleep(SETTLE_MS);
    const bytes = (await server.ask('heapBytes')) - bytesBefore;
    for (const client of clients) client.close();
    return { value: bytes / 1024 / connections };
  });
}

async function connectAndLeave(port, count) {
  for (const client of await openConnections(port, count)) client.close();
  await sleep(SETTLE_MS);
}
