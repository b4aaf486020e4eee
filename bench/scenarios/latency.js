// How long an answer takes at a rate that leaves the server half idle.
import { openConnections, sendAtRate, sendWithAcks } from '../lib/load.js';
import { ServerProcess } from '../lib/server-process.js';

const MESSAGE = { room: 'general', text: 'The quick brown fox jumps over the lazy dog' };
const CONNECTIONS = 50;

/** Events a second: half of what the yardstick, which is measured first, can do. */
let rate = null;

export const latency = {
  name: 'latency-p99',
  title: 'p99 at half of the rate of plain socket.io',
  unit: 'ms',
  measure: (contender, { quick }) =>
    ServerProcess.use(contender, { handlers: 6 }, async (server) => {
      const clients = await openConnections(server.port, CONNECTIONS);
      const work = { event: 'echo', payload: MESSAGE };
      const startedAt = performance.now();
      const done = await sendWithAcks(clients, { ...work, inFlight: 1, total: quick ? 20_000 : 60_000 });
      rate ??= Math.round((done / (performance.now() - startedAt)) * 500);
      const { histogram, lateMs } = await sendAtRate(clients, { ...work, rate, seconds: quick ? 1 : 10 });
      for (const client of clients) client.close();
      const at = (percentile) => histogram.percentile(percentile) / 1e6;
      const note = `p50 ${at(50).toFixed(2)}, p99.9 ${at(99.9).toFixed(2)}, generator late by ${lateMs.toFixed(1)} at most`;
      return { value: at(99), rate, note };
    }),
};
