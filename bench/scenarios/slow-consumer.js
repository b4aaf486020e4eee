// A room of which a tenth reads nothing, while all are sent to: what the others cost, and what the server keeps for the tenth.
import { callTogether, openConnections, sendStepByStep } from '../lib/load.js';
import { ServerProcess } from '../lib/server-process.js';
import { measureCpu } from './cpu.js';

const READING = 45;
const SLOW = 5;
const MESSAGE = { room: 'general', text: 'lorem ipsum '.repeat(1_365) };
/** 40 MB for each client that reads nothing, 200 MB for all of them: a server without limits keeps no more than that. */
const SENDS = 2_500;

export const slowConsumer = {
  name: 'slow-consumer',
  title: 'room with slow readers, per delivery',
  unit: 'us',
  also: [{ name: 'slow-consumer-rss', title: 'room with slow readers, growth of RSS', unit: 'MB' }],
  measure: (contender, { quick, profile }) =>
    ServerProcess.use(contender, { handlers: 6 }, async (server) => {
      const [sender, ...reading] = await join(server.port, READING);
      const work = { event: 'say', payload: MESSAGE };
      const sends = quick ? SENDS / 4 : SENDS;
      await sendStepByStep(sender, reading, { ...work, total: sends / 5 });

      // Connections that have never read much have small buffers in the kernel: what they do not read is kept by the server.
      const slow = await join(server.port, SLOW);
      for (const client of slow) client.pause();
      const rssBefore = await server.ask('rssBytes');
      const measured = await measureCpu(contender, server, profile, async () => {
        await sendStepByStep(sender, reading, { ...work, total: sends });
        return sends * reading.length;
      });
      const growth = (await server.ask('rssBytes')) - rssBefore;
      for (const client of [sender, ...reading, ...slow]) client.close();
      // The memory of a server may also shrink by a little.
      return { ...measured, also: { 'slow-consumer-rss': Math.max(growth, 0) / 1e6 } };
    }),
};

async function join(port, count) {
  const clients = await openConnections(port, count);
  await Promise.all(clients.map((client) => callTogether(client, [['join', MESSAGE.room]])));
  return clients;
}
