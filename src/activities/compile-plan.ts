import type { ClusterAccess } from '../clients/cluster-access.ts';
import { assertNever } from '../domain/assert-never.ts';
import { stopsRun, type Finding } from '../domain/finding.ts';
import { gatewayNamespaces } from '../domain/inventory/gateway-namespaces.ts';
import type { MeshInventory } from '../domain/inventory/inventory.ts';
import { buildSteps } from '../domain/planning/build-steps.ts';
import { findPodSelections } from '../domain/planning/pod-selections.ts';
import type { Direction } from '../domain/planning/direction.ts';
import { estimatePlan } from '../domain/planning/estimate-plan.ts';
import type { KubernetesObject } from '../domain/kubernetes-object.ts';
import { COMPONENT_LABEL } from '../domain/mesh/istio-labels.ts';
import type { ObservedMesh } from '../domain/mesh/observed-mesh.ts';
import type { Planned, Strategy, UpgradePlan } from '../domain/planning/plan.ts';
import { requiredAccess } from '../domain/planning/required-access.ts';
import type { Policy } from '../domain/policy.ts';
import { findLastingGracePeriods } from '../domain/restart/find-lasting-grace-periods.ts';
import { treatWorkloads, type TreatedWorkloads } from '../domain/restart/treatment.ts';
import {
  applyOverrides,
  evaluatePreflight,
  isWhollyThere,
  sortFindings,
} from '../domain/preflight/evaluate-preflight.ts';
import { currentControlPlanes, type PreflightFacts } from '../domain/preflight/facts.ts';
import { API_VERSION, type UpgradeRequest } from '../domain/request/request.ts';
import { parseIstioVersion, type IstioVersion } from '../domain/version/istio-version.ts';
import { revisionNameOf } from '../domain/version/revision-name.ts';
import type { VersionTable } from '../domain/version/version-table.ts';
import type { MeshInstaller, RenderedRelease } from '../installers/installer.ts';
import type { ManualInjection } from '../config/config.ts';
import { injectionRequest } from './restart/manual/injection-request.ts';
import { planInPlace } from './in-place/plan-in-place.ts';
import { planInjection, type InjectionPlan } from './restart/manual/plan-injection.ts';
import { hopsTo, type Hops } from '../domain/in-place/hops.ts';
import { checkAccess } from './check-access.ts';
import { takeInventory } from './inventory/take-inventory.ts';
import { digestPlan } from './plan-digest.ts';
import { binaryDigests } from './planned-binaries.ts';
import { compileRelease, type CompiledRelease } from './release/compile-release.ts';
import { binaryMissing, type RunningRelease } from './release/recover-release.ts';
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

/** What planning came to, what it looked at, and the release that the plan installs. */
export interface Compiled {
  readonly planned: Planned;
  readonly inventory: MeshInventory;
  /** There only with a plan that installs one. */
  readonly release?: RenderedRelease;
  /** There only with a plan in place: what is replaced, as the running version's installer renders it. */
  readonly before?: readonly KubernetesObject[];
}

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
  const { next: target, after: nextHops } = hopsOf(installer, compileRequest, wanted, inventory);
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

function targetOf(request: UpgradeRequest): IstioVersion {
  const target = parseIstioVersion(request.target);
  if (target !== undefined) return target;
  throw new InvalidRequestError(
    `expected an Istio version such as "1.26.1", found "${request.target}"`,
  );
}

/** A canary goes to its target at once; in place a run gets there by hops. */
function hopsOf(
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

function factsOf(
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
function sourceOf(facts: PreflightFacts): RunningRelease | undefined {
  const [source, ...others] = currentControlPlanes(facts);
  const version = source?.version === undefined ? undefined : parseIstioVersion(source.version);
  if (source === undefined || version === undefined || others.length > 0) return undefined;
  if (source.installer !== 'istioctl') return undefined;
  return { revision: source.revision, version, meshNamespace: facts.mesh.meshNamespace };
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

interface Material {
  readonly access: ClusterAccess;
  readonly installer: MeshInstaller;
  readonly compileRequest: CompileRequest;
  readonly facts: PreflightFacts;
  readonly nextHops: readonly string[];
  readonly source: RunningRelease;
  readonly compiled: CompiledRelease;
  readonly byHand: InjectionPlan;
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
  const findings = sortFindings(
    applyOverrides(
      [...early, ...compiled.findings, ...met, ...lasting, ...rights],
      compileRequest.request.overrides,
    ),
  );
  if (findings.some(stopsRun)) return blocked(facts.inventory, findings);
  const plan = { ...draft, findings };
  return {
    planned: {
      kind: 'plan',
      plan,
      digest: digestPlan(plan),
      estimate: estimatePlan(plan, facts.mesh),
    },
    inventory: facts.inventory,
    release: compiled.release,
    ...(plan.strategy === 'in-place'
      ? { before: compiled.oldRender.filter(isOfControlPlane) }
      : {}),
  };
}

function isOfControlPlane({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[COMPONENT_LABEL] === 'Pilot';
}

function treatedOf({
  compileRequest,
  facts,
  byHand,
}: Pick<Material, 'compileRequest' | 'facts' | 'byHand'>): TreatedWorkloads {
  return treatWorkloads(facts.inventory, compileRequest.policy.restart, byHand.treatments);
}

/** With the findings that come to light on the way. */
async function draftPlan(material: Material): Promise<UpgradePlan> {
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
  { access, compileRequest, facts, compiled, byHand }: Material,
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

function blocked(inventory: MeshInventory, findings: readonly Finding[]): Compiled {
  return { planned: { kind: 'blocked', findings: sortFindings(findings) }, inventory };
}
