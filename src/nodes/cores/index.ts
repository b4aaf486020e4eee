/**
 * All cores of one machine behind one port.
 *
 * @module gatewire/cluster
 */
export { clusterAdapter } from './cluster-adapter.js';
export { runCluster } from './run-cluster.js';
export type { RunClusterOptions } from './run-cluster-options.js';
