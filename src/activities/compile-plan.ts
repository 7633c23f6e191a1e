import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ClusterAccess } from '../clients/cluster-access.ts';
import { stopsRun, type Finding } from '../domain/finding.ts';
import type { ObservedMesh } from '../domain/mesh/observed-mesh.ts';
import { buildSteps } from '../domain/planning/build-steps.ts';
import type { Planned, UpgradePlan } from '../domain/planning/plan.ts';
import type { Policy } from '../domain/policy.ts';
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
import type { MeshInstaller, RenderedRelease } from '../installers/installer.ts';
import { inspectMesh } from './inspect-mesh.ts';
import { InvalidRequestError } from './services.ts';
import { compareRelease } from './release/compare-release.ts';
import { recoverRelease } from './release/recover-release.ts';

export interface CompileRequest {
  readonly request: UpgradeRequest;
  readonly policy: Policy;
  readonly meshNamespace: string;
  readonly runId?: string;
}

/** What planning came to, and the release that the plan installs. */
export interface Compiled {
  readonly planned: Planned;
  readonly release?: RenderedRelease;
}

/**
 * From a request and a live cluster to a plan, or to the reasons why there is none. Reads only: what
 * looks like a write is a dry run. The same mesh and request give the same plan and digest.
 */
export async function compilePlan(
  access: ClusterAccess,
  installer: MeshInstaller,
  { request, policy, meshNamespace, runId }: CompileRequest,
  signal: AbortSignal,
): Promise<Compiled> {
  const target = targetOf(request);
  const mesh = await inspectMesh(access.worker, { cluster: request.cluster, meshNamespace });
  const facts: PreflightFacts = {
    mesh,
    target,
    targetRevision: revisionNameOf(target),
    available: installer.versions(),
    ...(runId === undefined ? {} : { runId }),
    ...(request.takeOver === undefined ? {} : { takeOver: request.takeOver }),
  };
  if (isWhollyThere(facts)) return { planned: { kind: 'nothing-to-do', findings: [] } };

  const early = applyOverrides(evaluatePreflight(facts), request.overrides);
  const [source] = currentControlPlanes(facts);
  const from = source?.version === undefined ? undefined : parseIstioVersion(source.version);
  if (early.some(stopsRun) || source === undefined || from === undefined) {
    return blocked(early);
  }
  return compileFrom(
    { access, installer, request, policy, mesh, facts, early },
    { revision: source.revision, version: from },
    signal,
  );
}

function targetOf(request: UpgradeRequest): IstioVersion {
  const target = parseIstioVersion(request.target);
  if (target !== undefined) return target;
  throw new InvalidRequestError(
    `expected an Istio version such as "1.26.1", found "${request.target}"`,
  );
}

interface Compilation {
  readonly access: ClusterAccess;
  readonly installer: MeshInstaller;
  readonly request: UpgradeRequest;
  readonly policy: Policy;
  readonly mesh: ObservedMesh;
  readonly facts: PreflightFacts;
  readonly early: readonly Finding[];
}

async function compileFrom(
  compilation: Compilation,
  from: { readonly revision: string; readonly version: IstioVersion },
  signal: AbortSignal,
): Promise<Compiled> {
  const { access, installer, request, policy, mesh, facts, early } = compilation;
  const { meshNamespace } = mesh;
  const to = { revision: facts.targetRevision, version: facts.target };
  const [recovered, upstream] = await Promise.all([
    recoverRelease(access, installer, { ...from, meshNamespace }, signal),
    installer.precheck(
      { version: to.version, meshNamespace, kubeconfig: access.installerKubeconfig },
      signal,
    ),
  ]);
  if (recovered.kind === 'unknown') {
    return blocked([...early, ...recovered.findings]);
  }
  const release = await installer.render(
    { ...to, meshNamespace, configuration: recovered.configuration },
    signal,
  );
  const compared = await compareRelease(access, release);
  const findings = sortFindings(
    applyOverrides(
      [...early, ...upstream, ...recovered.findings, ...compared.findings],
      request.overrides,
    ),
  );
  if (findings.some(stopsRun)) return blocked(findings);

  const plan: UpgradePlan = {
    apiVersion: API_VERSION,
    cluster: { name: request.cluster, uid: mesh.clusterUid },
    meshNamespace,
    strategy: 'canary',
    from,
    to,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    steps: buildSteps({
      mesh,
      policy,
      from,
      to,
      base: compared.base,
      pilot: compared.pilot,
      old: recovered.objects,
    }),
    policy,
    binaries: Object.fromEntries(
      [from.version, to.version].map((version) => [version, installer.binaryDigest(version)]),
    ),
    renderDigest: release.digest,
    findings,
  };
  return { planned: { kind: 'plan', plan, digest: digestPlan(plan) }, release };
}

function blocked(findings: readonly Finding[]): Compiled {
  return { planned: { kind: 'blocked', findings: sortFindings(findings) } };
}

/** sha256 over the plan as canonical JSON (RFC 8785): binds gates and approvals to what will be done. */
export function digestPlan(plan: UpgradePlan): string {
  const text = canonicalize(plan);
  if (text === undefined) throw new TypeError('a plan is JSON');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
