export { startCluster } from './cluster.ts';
export { installSampleMesh } from '../mesh/sample-mesh.ts';
export type { Cluster, ClusterOptions, Kubeconfigs, PartStatus } from './types.ts';
