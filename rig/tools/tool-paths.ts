import type { ControllerName } from '../controllers/names.ts';

/** One Istio version's own binaries. */
export interface IstioTools {
  readonly istioctl: string;
  readonly pilotDiscovery: string;
  readonly version: string;
}

export interface ControllerTools {
  readonly binary: string;
  /** Folder with its CustomResourceDefinitions. */
  readonly assets: string;
}

/** Absolute paths of everything the rig runs. */
export interface ToolPaths {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  readonly kubectl: string;
  readonly kwok: string;
  /** Folder with KWOK's own `kustomize/stage` and `kustomize/crd`. */
  readonly kwokAssets: string;
  readonly temporal: string;
  /** By version, for example `1.26.1`: those of every rig, and those that were asked for. */
  readonly istio: Readonly<Record<string, IstioTools>>;
  /** There only after they were asked for. */
  readonly controllers: Readonly<Record<ControllerName, ControllerTools>>;
}
