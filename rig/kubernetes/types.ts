import type { PortAllocator } from '../ports.ts';
import type { Spawn } from '../process.ts';
import type { ToolPaths } from '../tools/tool-paths.ts';

export interface ClusterOptions {
  /** The rig's state folder, absolute. */
  readonly dir: string;
  readonly tools: ToolPaths;
  readonly ports: PortAllocator;
  readonly spawn: Spawn;
  log(line: string): void;
  readonly signal?: AbortSignal;
  /** The audit log has the readiness of pods, and all that the scripts of the bench ask. */
  readonly auditsPods?: boolean;
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
