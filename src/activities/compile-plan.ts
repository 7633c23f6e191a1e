import type { ClusterAccess } from '../clients/cluster-access.ts';
import type { Finding } from '../domain/finding.ts';
import { hopFindings } from '../domain/in-place/in-place-findings.ts';
import { isOfControlPlane } from '../domain/mesh/is-of-control-plane.ts';
import { requiredAccess } from '../domain/planning/required-access.ts';
import { findLastingGracePeriods } from '../domain/restart/find-lasting-grace-periods.ts';
import {
  applyOverrides,
  evaluatePreflight,
  isWhollyThere,
} from '../domain/preflight/evaluate-preflight.ts';
import type { PreflightFacts } from '../domain/preflight/facts.ts';
import type { IstioVersion } from '../domain/version/istio-version.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import { injectionRequest } from './restart/manual/injection-request.ts';
import { planInjection } from './restart/manual/plan-injection.ts';
import { draftPlan, treatedOf, type DraftMaterial } from './draft-plan.ts';
import { checkAccess } from './check-access.ts';
import { blocked, concludePlan, type Compiled } from './conclude-plan.ts';
import { takeInventory } from './inventory/take-inventory.ts';
import { factsOf, hopsOf, sourceOf, targetOf, type CompileRequest } from './plan-facts.ts';
import { compileRelease } from './release/compile-release.ts';
import { binaryMissing, type RunningRelease } from './release/recover-release.ts';

export type { CompileRequest } from './plan-facts.ts';

/**
 * From a request and a live cluster to a plan, or to all the reasons why there is none. Reads only:
 * what looks like a write is a dry run. The same mesh and request give the same plan and digest.
 */
export async function compilePlan(
  access: ClusterAccess,
  installer: MeshInstaller,
  compileRequest: CompileRequest,
  signal: AbortSignal,
): Promise<Compiled> {
  const { request, meshNamespace } = compileRequest;
  const { cluster } = request;
  const wanted = targetOf(request);
  const inventory = await takeInventory(access, { cluster, meshNamespace });
  const hops = hopsOf(installer, compileRequest, wanted, inventory);
  const { next: target, after: nextHops } = hops;
  const facts = factsOf(installer, compileRequest, target, inventory);
  if (isWhollyThere(facts)) return { planned: { kind: 'nothing-to-do', findings: [] }, inventory };

  const source = sourceOf(facts);
  const [prechecked, analyzed, compiled] = await Promise.all([
    precheckTarget(access, installer, { target, meshNamespace }, signal),
    analyzeMesh(access, installer, { facts, source }, signal),
    source === undefined || !hasBoth(facts, source)
      ? undefined
      : compileRelease(
          access,
          installer,
          {
            from: source,
            to: { revision: facts.targetRevision, version: target, meshNamespace },
            overrides: request.overrides,
            direction: compileRequest.direction ?? 'up',
          },
          signal,
        ),
  ]);
  const byHand = await planInjection(
    access,
    installer,
    injectionRequest(compileRequest.manualInjection, { facts, source, compiled }),
    signal,
  );
  const early = [
    ...byHand.findings,
    ...hopFindings(hops, inventory.mesh.kubernetesVersion),
    ...evaluatePreflight({
      ...facts,
      refusedInjections: byHand.refused,
      ...(compiled === undefined ? {} : { targetCrds: compiled.targetCrds }),
    }),
    ...prechecked,
    ...analyzed,
    ...(source === undefined || isAvailable(facts, source) ? [] : [binaryMissing(source)]),
  ];
  if (compiled === undefined || source === undefined) {
    return blocked(inventory, applyOverrides(early, request.overrides));
  }
  return planFrom({
    access,
    installer,
    compileRequest,
    facts,
    nextHops,
    source,
    compiled,
    byHand,
    early,
  });
}

function isAvailable({ available }: PreflightFacts, { version }: RunningRelease): boolean {
  return available.includes(version);
}

function hasBoth(facts: PreflightFacts, source: RunningRelease): boolean {
  return isAvailable(facts, source) && facts.available.includes(facts.target);
}

/** What the target's own istioctl says of the cluster; it needs nothing of the inventory. */
async function precheckTarget(
  access: ClusterAccess,
  installer: MeshInstaller,
  { target, meshNamespace }: { readonly target: IstioVersion; readonly meshNamespace: string },
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (!installer.versions().includes(target)) return [];
  const kubeconfig = access.installerKubeconfig;
  return installer.precheck({ version: target, meshNamespace, kubeconfig }, signal);
}

/** What the target's own analyzers say of the configuration of the running revision. */
async function analyzeMesh(
  access: ClusterAccess,
  installer: MeshInstaller,
  {
    facts,
    source,
  }: { readonly facts: PreflightFacts; readonly source: RunningRelease | undefined },
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { target, available } = facts;
  if (source === undefined || !available.includes(target)) return [];
  const { revision, meshNamespace } = source;
  const kubeconfig = access.installerKubeconfig;
  return installer.analyze({ version: target, meshNamespace, revision, kubeconfig }, signal);
}

interface Material extends DraftMaterial {
  readonly early: readonly Finding[];
}

/** The steps are needed to know all findings: the rights that they need are asked for. */
async function planFrom(material: Material): Promise<Compiled> {
  const { access, compileRequest, facts, compiled, early } = material;
  const { findings: met, ...draft } = await draftPlan(material);
  const lasting = findLastingGracePeriods(
    treatedOf(material),
    facts.inventory.workloads,
    compileRequest.policy.restart,
  );
  const rights = await checkAccess(access, requiredAccess(draft));
  const { findings: found, release, oldRender } = compiled;
  const concluded = concludePlan(draft, {
    inventory: facts.inventory,
    findings: [...early, ...found, ...met, ...lasting, ...rights],
    overrides: compileRequest.request.overrides,
  });
  if (concluded.planned.kind !== 'plan') return concluded;
  return {
    ...concluded,
    release,
    ...(draft.strategy === 'in-place' ? { before: oldRender.filter(isOfControlPlane) } : {}),
  };
}
