import type { ClusterAccess } from '../clients/cluster-access.ts';
import { assertNever } from '../domain/assert-never.ts';
import { gatewayNamespaces } from '../domain/inventory/gateway-namespaces.ts';
import { buildSteps } from '../domain/planning/build-steps.ts';
import type { UpgradePlan } from '../domain/planning/plan.ts';
import { findPodSelections } from '../domain/planning/pod-selections.ts';
import type { PreflightFacts } from '../domain/preflight/facts.ts';
import { API_VERSION } from '../domain/request/request.ts';
import { treatWorkloads, type TreatedWorkloads } from '../domain/restart/treatment.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import { planInPlace } from './in-place/plan-in-place.ts';
import type { CompileRequest } from './plan-facts.ts';
import { binaryDigests } from './planned-binaries.ts';
import type { CompiledRelease } from './release/compile-release.ts';
import type { RunningRelease } from './release/recover-release.ts';
import type { InjectionPlan } from './restart/manual/plan-injection.ts';

/** What a plan is made of. */
export interface DraftMaterial {
  readonly access: ClusterAccess;
  readonly installer: MeshInstaller;
  readonly compileRequest: CompileRequest;
  readonly facts: PreflightFacts;
  readonly nextHops: readonly string[];
  readonly source: RunningRelease;
  readonly compiled: CompiledRelease;
  readonly byHand: InjectionPlan;
}

/** What is moved, how, and what is left. */
export function treatedOf({
  compileRequest,
  facts,
  byHand,
}: Pick<DraftMaterial, 'compileRequest' | 'facts' | 'byHand'>): TreatedWorkloads {
  return treatWorkloads(facts.inventory, compileRequest.policy.restart, byHand.treatments);
}

/** With the findings that come to light on the way. */
export async function draftPlan(material: DraftMaterial): Promise<UpgradePlan> {
  const { compileRequest, installer, facts, nextHops, source, compiled } = material;
  const { request, policy, meshNamespace } = compileRequest;
  const from = { revision: source.revision, version: source.version };
  const to = { revision: facts.targetRevision, version: facts.target };
  return {
    apiVersion: API_VERSION,
    cluster: { name: request.cluster, uid: facts.mesh.clusterUid },
    meshNamespace,
    strategy: facts.strategy,
    from,
    to,
    ...(nextHops.length === 0 ? {} : { nextHops }),
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    ...(await stepsOf(material, { from, to })),
    policy,
    binaries: await binaryDigests(installer, [source.version, facts.target]),
    renderDigest: compiled.release.digest,
    ...(compiled.featureNames.length === 0 ? {} : { features: compiled.featureNames }),
  };
}

async function stepsOf(
  { access, compileRequest, facts, compiled, byHand }: DraftMaterial,
  hop: Pick<UpgradePlan, 'from' | 'to'>,
): Promise<Pick<UpgradePlan, 'steps' | 'findings'>> {
  const { policy, direction = 'up' } = compileRequest;
  const { mesh, inventory, strategy } = facts;
  const treated = treatedOf({ compileRequest, facts, byHand });
  switch (strategy) {
    case 'in-place':
      return planInPlace(access, { ...hop, facts, policy, compiled, treated, direction });
    case 'canary':
      return {
        steps: buildSteps({
          ...hop,
          direction,
          mesh,
          policy,
          treated,
          gatewayNamespaces: gatewayNamespaces(inventory),
          podSelections: findPodSelections(inventory, hop.from.revision),
          ...compiled.compared,
          old: compiled.old,
        }),
        findings: [],
      };
    default:
      return assertNever(strategy);
  }
}
