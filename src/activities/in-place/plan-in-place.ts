import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { Finding } from '../../domain/finding.ts';
import {
  leftBehindFindings,
  proxyUnknownFinding,
} from '../../domain/in-place/in-place-findings.ts';
import { inPlaceSteps } from '../../domain/in-place/in-place-steps.ts';
import { inPlaceTarget } from '../../domain/in-place/in-place-target.ts';
import { gatewayNamespaces } from '../../domain/inventory/gateway-namespaces.ts';
import type { Direction } from '../../domain/planning/direction.ts';
import type { RevisionAt } from '../../domain/planning/plan.ts';
import type { UpgradeStep } from '../../domain/planning/step.ts';
import type { Policy } from '../../domain/policy.ts';
import type { PreflightFacts } from '../../domain/preflight/facts.ts';
import { nameWorkload } from '../../domain/preflight/name-objects.ts';
import { judgeProxies } from '../../domain/refresh/judge-proxies.ts';
import { keptFindings } from '../../domain/refresh/refresh-findings.ts';
import type { TreatedWorkloads } from '../../domain/restart/treatment.ts';
import { renderedImage } from '../health/render-proxy.ts';
import type { CompiledRelease } from '../release/compile-release.ts';
import { readServices } from './read-services.ts';

export interface InPlaceRequest {
  readonly facts: PreflightFacts;
  readonly policy: Policy;
  readonly from: RevisionAt;
  readonly to: RevisionAt;
  readonly compiled: CompiledRelease;
  readonly treated: TreatedWorkloads;
  readonly direction: Direction;
}

export interface StepsAndFindings {
  readonly steps: readonly UpgradeStep[];
  readonly findings: readonly Finding[];
}

/**
 * The steps that bring a revision from one version to another over itself, upwards or downwards. Reads
 * only: which proxy is rendered now is asked for by a dry run.
 */
export async function planInPlace(
  { worker }: ClusterAccess,
  { facts, policy, from, to, compiled, treated, direction }: InPlaceRequest,
): Promise<StepsAndFindings> {
  const { inventory, mesh, target: version } = facts;
  const { meshNamespace } = mesh;
  const { base, pilot } = compiled.compared;
  const [image, services] = await Promise.all([
    renderedImage(worker, meshNamespace, from.revision),
    readServices(worker, pilot, inventory.gateways),
  ]);
  const answer = inPlaceTarget(to.revision, image, version);
  if (answer.kind === 'unknown') {
    return { steps: [], findings: [proxyUnknownFinding(from, { ...answer, meshNamespace })] };
  }
  const { target } = answer;
  const rendered = { [to.revision]: { kind: 'rendered', target } } as const;
  const judged = judgeProxies(inventory, treated, rendered);
  // What is left whatever its proxy has a finding of its own already.
  const left = new Set(treated.left.map(nameWorkload));
  return {
    steps: inPlaceSteps({
      policy,
      from,
      to,
      ...(direction === 'up' ? { base } : {}),
      pilot,
      services,
      older: judged.older,
      kept: judged.kept,
      target,
      gatewayNamespaces: gatewayNamespaces(inventory),
    }),
    findings: [
      ...leftBehindFindings(compiled.old, pilot, to),
      ...keptFindings(judged.kept.filter((each) => !left.has(nameWorkload(each)))),
    ],
  };
}
