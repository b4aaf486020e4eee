import { NODES, type NodeName } from './cluster.contract.js';

/** Name of the node that this process is; main.ts sets NODE_NAME. */
export const thisNode: NodeName = NODES.find((name) => name === process.env['NODE_NAME']) ?? 'one';
