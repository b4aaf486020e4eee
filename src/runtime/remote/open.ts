import type { Server } from 'socket.io';
import type { Logger } from '../../base/logger.js';
import { type Place, type Problem, problem } from '../../errors/boot-error.js';
import type { AppPlan } from '../../plan/types.js';
import { nodesHere } from '../../transport/primary.js';
import type { AdapterConstructor, NodeAdapter, OpenedAdapter } from './node-adapter.js';
import type { Operations } from './operations.js';

/** Options that say how nodes are connected. */
interface AdapterOptions {
  readonly adapter?: NodeAdapter | AdapterConstructor;
  readonly socket?: object;
}

/** Finds problems that keep the adapter from being opened. */
export function adapterProblems({ adapter, socket = {} }: AdapterOptions, where: Place): readonly Problem[] {
  if (adapter === undefined) {
    const nodes = nodesHere();
    return nodes > 1 ? [problem('GW_ERR_BOOT_NODE_ADAPTER', { nodes }, [where])] : [];
  }
  if (typeof adapter === 'function') return [];
  return adapter.problems(socket as Readonly<Record<string, unknown>>, where);
}

/** Finds topics that other nodes would not hear of. */
export function topicProblems(
  { adapter }: AdapterOptions,
  { namespaces }: AppPlan,
  where: Place,
): readonly Problem[] {
  if (adapter === undefined || (typeof adapter === 'object' && adapter.keepsTopics)) return [];
  const topic = namespaces.flatMap(({ topics }) => topics ?? [])[0];
  return topic === undefined ? [] : [problem('GW_ERR_BOOT_TOPICS_ADAPTER', { topic: topic.name }, [where])];
}

/** Opens what connects this node with others; null for one of Socket.IO's own adapters, which needs no opening. */
export async function openAdapter(
  given: NodeAdapter | AdapterConstructor,
  io: Server,
  operations: Operations,
  logger: Logger,
  socket: Readonly<Record<string, unknown>>,
): Promise<OpenedAdapter | null> {
  const { cluster } = operations;
  if (typeof given === 'function') {
    io.adapter(given as never);
    return null;
  }
  if (given.nodeName !== undefined) cluster.name = given.nodeName;
  const opened = await given.open({
    app: cluster.id,
    io,
    logger,
    socket,
    nodeId: cluster.id,
    hasClients: !cluster.isGuest,
    receive: cluster.receive,
    reachable: () => {
      cluster.reachable();
      operations.onReachable();
    },
    nodeCount: () => cluster.nodeCount,
    fetch: (members) => operations.fetch(members),
    tell: (action, members, rooms) => cluster.tell(action, { ...members, into: rooms }),
  });
  operations.confirmed = () => opened.confirmed();
  try {
    io.adapter(opened.adapter as never);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return opened;
}
