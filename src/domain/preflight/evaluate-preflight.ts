import { stopsRun, type Finding } from '../finding.ts';
import { compareText } from '../kubernetes-object.ts';
import type { Override } from '../request/request.ts';
import type { PreflightFacts, Rule } from './facts.ts';
import { checkKubernetesVersion } from './rules/kubernetes-version.ts';
import { checkMeshBusy } from './rules/mesh-busy.ts';
import { checkMeshPresent } from './rules/mesh-present.ts';
import { checkNamespaceLabels } from './rules/namespaces.ts';
import { checkSingleSource } from './rules/single-source.ts';
import { checkTargetInstalled } from './rules/target-installed.ts';
import { checkSkew, checkTargetSupplied } from './rules/target-version.ts';
import { checkMovable, checkProxyRevisions, checkWorkloadsReady } from './rules/workloads.ts';

/** Every rule over what was observed. */
export const PREFLIGHT_RULES: readonly Rule[] = [
  checkMeshPresent,
  checkTargetSupplied,
  checkSkew,
  checkSingleSource,
  checkTargetInstalled,
  checkKubernetesVersion,
  checkMeshBusy,
  checkNamespaceLabels,
  checkProxyRevisions,
  checkMovable,
  checkWorkloadsReady,
];

/** Runs every rule; findings come in a fixed order. */
export function evaluatePreflight(facts: PreflightFacts): readonly Finding[] {
  return sortFindings(PREFLIGHT_RULES.flatMap((rule) => rule(facts)));
}

/** Order: what stops first, then by code and subject. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) =>
      Number(stopsRun(b)) - Number(stopsRun(a)) ||
      compareText(a.code, b.code) ||
      compareText(a.subject, b.subject),
  );
}

/** Marks the findings that the request accepts by code and subject. Blocking ones stay what they are. */
export function applyOverrides(
  findings: readonly Finding[],
  overrides: readonly Override[],
): Finding[] {
  return findings.map((finding) => {
    if (finding.severity !== 'overridable') return finding;
    const override = overrides.find(
      ({ code, subject }) => code === finding.code && subject === finding.subject,
    );
    return override === undefined ? finding : { ...finding, overriddenBecause: override.reason };
  });
}

/** Whether the mesh is wholly at the target: its one control plane, every tag, the default validator and every proxy. */
export function isWhollyThere({ mesh, target, targetRevision }: PreflightFacts): boolean {
  const [only, ...others] = mesh.controlPlanes;
  return (
    others.length === 0 &&
    only?.revision === targetRevision &&
    only.version === target &&
    mesh.tags.every(({ revision }) => revision === targetRevision) &&
    (mesh.defaultValidatorRevision ?? targetRevision) === targetRevision &&
    mesh.loosePods.every(({ revision }) => revision === targetRevision) &&
    mesh.workloads.every(({ podsByRevision }) =>
      Object.keys(podsByRevision).every(
        (revision) => revision === targetRevision || revision === 'none',
      ),
    )
  );
}
