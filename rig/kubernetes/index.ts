export { startCluster } from './cluster.ts';
export { installSampleMesh } from '../mesh/sample-mesh.ts';
export type {
  Cluster,
  ClusterOptions,
  IstioTools,
  Kubeconfigs,
  PartStatus,
  ToolPaths,
} from './types.ts';
