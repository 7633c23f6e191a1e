import type { ManualInjection } from '../config/config.ts';
import { hopsTo, type Hops } from '../domain/in-place/hops.ts';
import type { MeshInventory } from '../domain/inventory/inventory.ts';
import type { ObservedMesh } from '../domain/mesh/observed-mesh.ts';
import type { Direction } from '../domain/planning/direction.ts';
import type { Strategy } from '../domain/planning/plan.ts';
import type { Policy } from '../domain/policy.ts';
import { currentControlPlanes, type PreflightFacts } from '../domain/preflight/facts.ts';
import type { UpgradeRequest } from '../domain/request/request.ts';
import { parseIstioVersion, type IstioVersion } from '../domain/version/istio-version.ts';
import { revisionNameOf } from '../domain/version/revision-name.ts';
import type { VersionTable } from '../domain/version/version-table.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import type { RunningRelease } from './release/recover-release.ts';
import { InvalidRequestError } from './services.ts';

export interface CompileRequest {
  readonly request: UpgradeRequest;
  readonly policy: Policy;
  readonly meshNamespace: string;
  readonly versions: VersionTable;
  readonly runId?: string;
  /** Absent: up. */
  readonly direction?: Direction;
  /** Where workloads that were injected by hand come from; absent: nothing is known of that. */
  readonly manualInjection?: ManualInjection | undefined;
}

export function targetOf(request: UpgradeRequest): IstioVersion {
  const target = parseIstioVersion(request.target);
  if (target !== undefined) return target;
  throw new InvalidRequestError(
    `expected an Istio version such as "1.26.1", found "${request.target}"`,
  );
}

/** A canary goes to its target at once; in place a run gets there by hops. */
export function hopsOf(
  installer: MeshInstaller,
  { request, versions, direction }: CompileRequest,
  to: IstioVersion,
  { mesh }: MeshInventory,
): Hops {
  if (request.strategy !== 'in-place' || direction === 'down') return { next: to, after: [] };
  const [running, ...others] = mesh.controlPlanes;
  const version = others.length > 0 ? undefined : running?.version;
  return hopsTo({
    from: version === undefined ? undefined : parseIstioVersion(version),
    to,
    available: installer.versions(),
    versions,
    kubernetesVersion: mesh.kubernetesVersion,
  });
}

export function factsOf(
  installer: MeshInstaller,
  { request, policy, versions, runId, direction = 'up' }: CompileRequest,
  target: IstioVersion,
  inventory: MeshInventory,
): PreflightFacts {
  const { strategy = 'canary' } = request;
  return {
    mesh: inventory.mesh,
    inventory,
    strategy,
    direction,
    target,
    targetRevision: targetRevisionOf(strategy, target, inventory.mesh),
    available: installer.versions(),
    versions,
    today: new Date().toISOString().slice(0, 10),
    policy,
    ...(runId === undefined ? {} : { runId }),
    ...(request.takeOver === undefined ? {} : { takeOver: request.takeOver }),
  };
}

/** In place a revision keeps its name, whatever version it is at. */
function targetRevisionOf(
  strategy: Strategy,
  target: IstioVersion,
  { controlPlanes: [running] }: ObservedMesh,
): string {
  switch (strategy) {
    case 'canary':
      return revisionNameOf(target);
    case 'in-place':
      return running?.revision ?? revisionNameOf(target);
  }
}

/** What is upgraded from, when it is one control plane that istioctl could have put there. */
export function sourceOf(facts: PreflightFacts): RunningRelease | undefined {
  const [source, ...others] = currentControlPlanes(facts);
  const version = source?.version === undefined ? undefined : parseIstioVersion(source.version);
  if (source === undefined || version === undefined || others.length > 0) return undefined;
  if (source.installer !== 'istioctl') return undefined;
  return { revision: source.revision, version, meshNamespace: facts.mesh.meshNamespace };
}
