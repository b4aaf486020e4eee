import { NODES, type NodeName, type NodeState } from './cluster.contract.js';
import { thisNode } from './this-node.js';

/** What a node and main.ts, which started it, say to each other. */
export type Order = { readonly order: 'stop' | 'start'; readonly node: NodeName };
export type News = { readonly nodes: readonly NodeState[] };

/** True where main.ts did not start this process, and so tells it nothing of the others. */
const IS_CONTAINER = process.send === undefined && process.env['REDIS_URL'] !== undefined;

/** The processes of the cluster, as far as this one is told of them by main.ts. */
export class Nodes {
  states: readonly NodeState[] = NODES.map((node) => ({
    node,
    isRunning: node === thisNode || IS_CONTAINER,
  }));
  onChange: (states: readonly NodeState[]) => void = () => {};

  constructor() {
    process.on('message', (news: News) => {
      this.states = news.nodes;
      this.onChange(news.nodes);
    });
  }

  /** Asks main.ts; nothing happens when it did not start this process. */
  ask(order: Order['order'], node: NodeName): void {
    process.send?.({ order, node } satisfies Order);
  }
}
