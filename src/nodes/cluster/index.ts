/**
 * All cores of one machine behind one port.
 *
 * @module gatewire/cluster
 */
export { clusterAdapter } from './cluster-adapter.js';
export type { ClusterOptions } from './options.js';
export { runCluster } from './run-cluster.js';
