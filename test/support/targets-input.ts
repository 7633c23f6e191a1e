import { assessTargets } from '../../src/domain/targets/assess-targets.ts';
import type { TargetAssessment, TargetsInput } from '../../src/domain/targets/target.ts';
import { KNOWN_VERSIONS } from '../../src/domain/version/known-versions.ts';
import { version } from './sample-mesh.ts';

/** A cluster at Kubernetes 1.33 with istioctl's Istio `from`, and `available` beside it. */
export function inputOf(
  from: string,
  available: readonly string[],
  changes: Partial<TargetsInput> = {},
): TargetsInput {
  return {
    cluster: 'demo',
    kubernetesVersion: 'v1.33.1',
    meshNamespace: 'istio-system',
    controlPlanes: [{ revision: from.replaceAll('.', '-'), version: from, installer: 'istioctl' }],
    available: [from, ...available].map(version),
    offers: { installer: 'istioctl', strategies: ['canary'] },
    versions: KNOWN_VERSIONS,
    today: '2026-03-01',
    ...changes,
  };
}

export function assess(input: TargetsInput, target: string): TargetAssessment {
  const found = assessTargets(input).find((each) => each.version === target);
  if (found === undefined) throw new Error(`expected an assessment of ${target}, found none`);
  return found;
}

export function codesOf({ reasons }: TargetAssessment['canary']): readonly string[] {
  return reasons.map(({ code }) => code);
}

export function hopsOf({ route }: TargetAssessment['canary']): readonly string[] {
  return route.kind === 'hops' ? route.hops.map((hop) => hop.version) : [];
}
