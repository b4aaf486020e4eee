import cluster from 'node:cluster';
import type { Namespace } from 'socket.io';
import { missingPeers, requirePeer } from '../../base/peer.js';
import { type Place, type Problem, problem } from '../../errors/boot-error.js';
import type {
  AdapterConstructor,
  AdapterHost,
  NodeAdapter,
  NodeBus,
  OpenedAdapter,
} from '../../runtime/remote/node-adapter.js';
import { decodeMessage, encodeMessage } from '../../runtime/remote/request.js';
import { isNode } from '../../transport/primary.js';
import { CLUSTER_SOURCE, checkClusterAdapter } from '../adapter-check.js';
import { AdapterState } from '../adapter-state.js';
import { type ClusterMembers, type ClusterMessage, patchAdapter, type RawAdapter } from '../patch-adapter.js';
import { PrimaryBus, PrimaryChannel } from './primary-channel.js';
import { PrimaryRates } from './primary-rates.js';

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
      ...(isNode() ? packageProblems(where) : []),
    ],
    open: (host) => (isNode() ? openNode(host) : openAlone(host)),
  };
}

const PACKAGE = '@socket.io/cluster-adapter';

function packageProblems(where: Place): readonly Problem[] {
  const missing = missingPeers([PACKAGE], 'clusterAdapter()', where);
  return missing.length > 0 ? missing : checkClusterAdapter(plainAdapter()).problems;
}

function plainAdapter(): (namespace: Namespace) => ClusterAdapter {
  return requirePeer<ClusterAdapterModule>(PACKAGE, 'clusterAdapter()').createAdapter();
}

async function openNode(host: AdapterHost): Promise<OpenedAdapter> {
  const make = plainAdapter();
  await checkClusterAdapter(make).finish();
  const channel = new PrimaryChannel(host);
  const bus = new PrimaryBus(channel, host);
  return {
    adapter: patchAdapter((namespace) => useChannel(make, namespace, channel), channel, host, false),
    bus,
    store: null,
    topics: null,
    rates: new PrimaryRates(channel),
    revocations: null, // the primary relays every revocation, in order
    health: () => channel.health(),
    confirmed: () => null,
    close: async () => channel.close(),
  };
}

const NO_OTHERS: NodeBus = { isOpen: true, send: () => true, nodes: async () => 1 };

async function openAlone({ app, io }: AdapterHost): Promise<OpenedAdapter> {
  const since = Date.now();
  new AdapterState(app).open(null);
  return {
    adapter: io.adapter() as unknown as AdapterConstructor,
    bus: NO_OTHERS,
    store: null,
    topics: null,
    rates: null,
    revocations: null,
    health: () => ({ status: 'ok', since, reason: null, counters: {} }),
    confirmed: () => null,
    close: async () => {},
  };
}

type ClusterAdapter = RawAdapter & ClusterMembers;

interface ClusterAdapterModule {
  createAdapter(): (namespace: Namespace) => ClusterAdapter;
}

/** Makes an adapter of @socket.io/cluster-adapter that shares the channel of this process. */
function useChannel(
  make: (namespace: Namespace) => ClusterAdapter,
  namespace: Namespace,
  channel: PrimaryChannel,
): ClusterAdapter {
  const before = new Set(process.listeners('message'));
  const adapter = make(namespace);
  // Each adapter adds a listener for all messages and never removes it: with many namespaces, that is slow and a leak.
  for (const listener of process.listeners('message')) {
    if (!before.has(listener)) process.off('message', listener);
  }
  channel.on(namespace.name, ({ text, ...rest }: { readonly text?: string }) =>
    adapter.onMessage(text === undefined ? rest : { ...rest, data: decodeMessage(text) }),
  );
  const send = ({ data, ...rest }: ClusterMessage, more: object): void => {
    // As text: the structured clone between processes ignores `toJSON`, so that clients of other nodes would get other
    // values than those of this one. Text is also the cheapest for the primary to relay.
    const text = data === undefined ? undefined : encodeMessage(data);
    channel.send({ ...rest, ...more, source: CLUSTER_SOURCE, text }, text?.length ?? 0);
  };
  adapter.doPublish = async (message) => {
    send(message, {});
    return '';
  };
  adapter.doPublishResponse = async (requesterUid, response) => send(response, { requesterUid });
  const { close } = adapter;
  adapter.close = () => {
    channel.off(namespace.name);
    return close.call(adapter);
  };
  return adapter;
}
