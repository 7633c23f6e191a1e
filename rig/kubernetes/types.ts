import type { PortAllocator } from '../ports.ts';
import type { Spawn } from '../process.ts';

export interface IstioTools {
  readonly version: string;
  readonly istioctl: string;
  readonly pilotDiscovery: string;
}

/** Where the built binaries lie; the version of Istio is the key of `istio`. */
export interface ToolPaths {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  readonly kubectl: string;
  readonly kwok: string;
  /** A folder that holds KWOK's own `kustomize/crd/bases` and `kustomize/stage`. */
  readonly kwokAssets: string;
  readonly temporal: string;
  readonly istio: Readonly<Record<string, IstioTools>>;
}

export interface ClusterOptions {
  /** The rig's state folder, absolute. */
  readonly dir: string;
  readonly tools: ToolPaths;
  readonly ports: PortAllocator;
  readonly spawn: Spawn;
  log(line: string): void;
  readonly signal?: AbortSignal;
}

export interface PartStatus {
  readonly name: string;
  readonly state: 'ready' | 'starting' | 'down';
  readonly detail: string;
}

/** Paths of one kubeconfig per identity. */
export interface Kubeconfigs {
  readonly rig: string;
  readonly worker: string;
  readonly installer: string;
  readonly person: string;
  readonly script: string;
}

export interface Cluster {
  readonly kubeconfigs: Kubeconfigs;
  readonly auditLog: string;
  readonly apiServer: string;
  status(): Promise<PartStatus[]>;
  stop(): Promise<void>;
}
