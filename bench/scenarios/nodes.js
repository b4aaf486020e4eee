// Two nodes over Redis: what a message costs that one of them sends, and a client of the other receives.
import { callTogether, countDeliveries, openConnections, sendWithAcks } from '../lib/load.js';
import { startRedis } from '../lib/redis.js';
import { ServerProcess } from '../lib/server-process.js';

const MESSAGE = { room: 'general', text: 'The quick brown fox jumps over the lazy dog' };
const IN_FLIGHT = 20;

export const nodesClassic = nodesScenario('classic', 'classic');
export const nodesSharded = nodesScenario('sharded', 'sharded');
export const nodesStreams = nodesScenario('streams', 'streams');

function nodesScenario(mode, words) {
  return {
    name: `nodes-${mode}`,
    title: `message to another node, ${words}`,
    unit: 'us CPU',
    measure: (contender, { quick }) => cpuPerMessage(contender, mode, quick ? 5_000 : 40_000),
  };
}

/** The processor time of both nodes together, and how many messages a second they pass on. */
async function cpuPerMessage(contender, mode, total) {
  const redis = await startRedis();
  const nodes = [];
  try {
    const options = { handlers: 6, redis: { url: redis.url, mode } };
    nodes.push(await ServerProcess.start(contender, options), await ServerProcess.start(contender, options));
    const [[sender], [receiver]] = await Promise.all(nodes.map(({ port }) => openConnections(port, 1)));
    for (const client of [sender, receiver]) await callTogether(client, [['join', MESSAGE.room]]);
    await pass(sender, receiver, Math.ceil(total / 2));
    const before = await cpuOf(nodes);
    const startedAt = performance.now();
    await pass(sender, receiver, total);
    const seconds = (performance.now() - startedAt) / 1_000;
    const value = ((await cpuOf(nodes)) - before) / total;
    for (const client of [sender, receiver]) client.close();
    return { value, rate: total / seconds };
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  }
}

async function pass(sender, receiver, total) {
  const arrived = countDeliveries([receiver], total);
  await sendWithAcks([sender], { event: 'say', payload: MESSAGE, inFlight: IN_FLIGHT, total });
  await arrived;
}

async function cpuOf(nodes) {
  const each = await Promise.all(nodes.map((node) => node.ask('cpuUs')));
  return each.reduce((sum, us) => sum + us, 0);
}
