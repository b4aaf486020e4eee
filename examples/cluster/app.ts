import { createServer } from 'node:http';
import { createApp, lineLogger } from 'gatewire';
import { redisAdapter } from 'gatewire/redis';
import { ClusterGateway } from './cluster.gateway.js';
import { site } from './page.js';
import { thisNode } from './this-node.js';

const { REDIS_URL } = process.env;
const log = lineLogger((line) => process.stderr.write(`node ${thisNode}: ${line}\n`));

/** One node. It opens nothing by itself, so that tools can read it; node.ts starts it. */
export const app = createApp({
  gateways: [ClusterGateway],
  // main.ts starts a Redis and says where; without, this is a node alone.
  ...(REDIS_URL ? { adapter: redisAdapter({ url: REDIS_URL, nodeName: thisNode }) } : {}),
  server: createServer(site),
  node: thisNode, // nginx.ts reads from the id of a session which node has it
  trustProxy: 1, // nginx, since nobody else reaches a node
  logger: { ...log, info() {} }, // not where it listens: everybody comes through nginx
  limits: { clusterTimeoutMs: 500 },
});
