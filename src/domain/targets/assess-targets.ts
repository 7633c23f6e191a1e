import { compareIstioVersions, type IstioVersion } from '../version/istio-version.ts';
import {
  kubernetesFitOf,
  kubernetesMinorOf,
  type KubernetesFit,
} from '../version/kubernetes-fit.ts';
import { supportOf, versionFactsOf, type VersionFacts } from '../version/version-facts.ts';
import { assessStrategy, type Standpoint } from './assess-strategy.ts';
import { refused } from './judge-step.ts';
import { originOf } from './origin.ts';
import { STEP_RULES } from './step-rules.ts';
import type { MeshTargets, TargetAssessment, TargetReason, TargetsInput } from './target.ts';

/** Where a mesh can go: every version that can be supplied, newest first, each allowed or not, and why. */
export function surveyTargets(input: TargetsInput): MeshTargets {
  const { cluster, kubernetesVersion, controlPlanes, versions, today } = input;
  const { from, installer, reasons } = originOf(input);
  return {
    cluster,
    kubernetesVersion,
    from: controlPlanes,
    ...(from === undefined ? {} : { support: supportOf(versionFactsOf(versions, from), today) }),
    rules: { installer, sources: STEP_RULES[installer].sources },
    obstacles: reasons,
    targets: assessTargets(input),
  };
}

/** The assessments alone, newest version first. */
export function assessTargets(input: TargetsInput): readonly TargetAssessment[] {
  return input.available
    .toSorted((a, b) => compareIstioVersions(b, a))
    .map((version) => assessTarget(version, input));
}

function assessTarget(version: IstioVersion, input: TargetsInput): TargetAssessment {
  const { versions, today } = input;
  const origin = originOf(input);
  const facts = versionFactsOf(versions, version);
  const kubernetes = kubernetesFitOf(facts, kubernetesMinorOf(input.kubernetesVersion));
  const standpoint: Standpoint = {
    ...input,
    ...origin,
    to: version,
    general: [
      ...origin.reasons,
      ...againstRelease(version, facts),
      ...againstKubernetes(version, kubernetes, input.kubernetesVersion),
    ],
  };
  const { from } = origin;
  const direction = directionOf(from, version);
  return {
    version,
    direction,
    workflow: WORKFLOWS[direction],
    canary: assessStrategy('canary', standpoint),
    inPlace: assessStrategy('in-place', standpoint),
    kubernetes,
    support: supportOf(facts, today),
    ...(facts?.withdrawnBecause === undefined ? {} : { withdrawnBecause: facts.withdrawnBecause }),
  };
}

const WORKFLOWS = {
  newer: 'upgradeMesh',
  older: 'downgradeMesh',
  same: 'none',
  unknown: 'none',
} as const satisfies Readonly<Record<TargetAssessment['direction'], TargetAssessment['workflow']>>;

function directionOf(
  from: IstioVersion | undefined,
  to: IstioVersion,
): TargetAssessment['direction'] {
  if (from === undefined) return 'unknown';
  const order = compareIstioVersions(to, from);
  if (order === 0) return 'same';
  return order > 0 ? 'newer' : 'older';
}

function againstRelease(
  version: IstioVersion,
  facts: VersionFacts | undefined,
): readonly TargetReason[] {
  if (facts === undefined || facts.withdrawnBecause === undefined) return [];
  const message = `${version} must not be installed: ${facts.withdrawnBecause}`;
  return [refused('TargetWithdrawn', message, 'choose another release of this minor')];
}

function againstKubernetes(
  version: IstioVersion,
  fit: KubernetesFit,
  found: string,
): readonly TargetReason[] {
  switch (fit.kind) {
    case 'fits':
    case 'untested':
      return [];
    case 'too-old': {
      const message = `Istio ${version} needs Kubernetes ${fit.minimum} or newer, the cluster is at ${found}`;
      const remedy = `upgrade the cluster to Kubernetes ${fit.minimum} first`;
      return [refused('KubernetesTooOld', message, remedy)];
    }
    case 'unknown':
      return [
        {
          code: 'FactUnknown',
          kind: 'unknown',
          message: `Istio ${version} on Kubernetes ${found}: ${fit.why}`,
          remedy: 'add the minor under versions in meshlift.yaml, with minimumKubernetes',
        },
      ];
  }
}
