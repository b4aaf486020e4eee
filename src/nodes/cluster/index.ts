export { clusterAdapter } from './cluster-adapter.js';
export type { ClusterOptions } from './options.js';
export { runCluster } from './run-cluster.js';
