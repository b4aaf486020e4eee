import cluster from 'node:cluster';
import { problem } from '../../errors/problem.js';
import type { AdapterHost, NodeAdapter, NodeBus, OpenedAdapter } from '../../runtime/cluster/node-adapter.js';
import { isNode } from '../../transport/primary.js';
import { ChannelBus } from './channel-bus.js';
import { ipcAdapter } from './ipc-adapter.js';
import { Channel } from './primary-channel.js';
import { PrimaryRates } from './rates.js';

/**
 * Connects the nodes of an application on one machine, as `gatewire start --nodes 4` and `runCluster` start them. In a
 * process that was started alone it connects nothing, so that the same file runs either way.
 *
 * @example
 * const app = createApp({ gateways: [ChatGateway], adapter: clusterAdapter() });
 */
export function clusterAdapter(): NodeAdapter {
  return {
    label: 'cluster',
    problems: ({ connectionStateRecovery }, where) => [
      ...(cluster.isWorker && !isNode() ? [problem('GW_ERR_BOOT_NODE_PRIMARY', {}, [where])] : []),
      ...(connectionStateRecovery === undefined ? [] : [problem('GW_ERR_BOOT_NODE_RECOVERY', {}, [where])]),
    ],
    open: (host) => (isNode() ? openNode(host) : openAlone(host)),
  };
}

async function openNode(host: AdapterHost): Promise<OpenedAdapter> {
  const channel = new Channel(host.logger);
  const bus = new ChannelBus(channel, host);
  return {
    adapter: ipcAdapter(channel, host),
    bus,
    rates: new PrimaryRates(channel),
    store: null,
    revocations: null, // a node hears of everything, in order
    health: () => channel.health(),
    confirmed: () => null,
    close: async () => channel.close(),
  };
}

const NOBODY: NodeBus = { isOpen: true, send: () => true, nodes: async () => 1 };

async function openAlone({ io }: AdapterHost): Promise<OpenedAdapter> {
  const since = Date.now();
  return {
    adapter: io.adapter() as unknown as OpenedAdapter['adapter'],
    bus: NOBODY,
    rates: null,
    store: null,
    revocations: null,
    health: () => ({ status: 'ok', since, reason: null, counters: {} }),
    confirmed: () => null,
    close: async () => {},
  };
}
