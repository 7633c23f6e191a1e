import { stopsRun, type Finding, type FindingDocument } from '../finding.ts';
import type { WorkloadDetail } from '../inventory/workload-detail.ts';
import { compareText } from '../kubernetes-object.ts';
import type { Override } from '../request/request.ts';
import { imageVersion } from '../version/image-version.ts';
import type { IstioVersion } from '../version/istio-version.ts';
import type { PreflightFacts, Rule } from './facts.ts';
import { EXTERNAL_DOCUMENTS } from './external-documents.ts';
import { budgetsRule } from './rules/budgets.ts';
import { caRootsRule } from './rules/ca-roots.ts';
import { controlPlaneAutoscalersRule } from './rules/control-plane-autoscalers.ts';
import { controlPlaneFitsRule } from './rules/control-plane-fits.ts';
import { controlPlaneRedundantRule } from './rules/control-plane-redundant.ts';
import { controlPlaneSettledRule } from './rules/control-plane-settled.ts';
import { defaultsAgreeRule } from './rules/defaults-agree.ts';
import { envoyFiltersRule } from './rules/envoy-filters.ts';
import { factsKnownRule } from './rules/facts-known.ts';
import { firstWorkloadsRule } from './rules/first-workloads.ts';
import { gatewayApiRule } from './rules/gateway-api.ts';
import { injectionStableRule } from './rules/injection-stable.ts';
import { injectorsApartRule } from './rules/injectors-apart.ts';
import { jobProxiesRule } from './rules/job-proxies.ts';
import { kubernetesVersionRule } from './rules/kubernetes-version.ts';
import { loadBalancersRule } from './rules/load-balancers.ts';
import { meshAnnotationsRule } from './rules/mesh-annotations.ts';
import { meshBusyRule } from './rules/mesh-busy.ts';
import { meshConfigRule } from './rules/mesh-config.ts';
import { meshManagersRule } from './rules/mesh-managers.ts';
import { meshPresentRule } from './rules/mesh-present.ts';
import { namespaceBothLabelsRule } from './rules/namespace-both-labels.ts';
import { namespaceManagersRule } from './rules/namespace-managers.ts';
import { namespaceSelectsRule } from './rules/namespace-selects.ts';
import { nodeAgentsRule } from './rules/node-agents.ts';
import { podLabelsRule } from './rules/pod-labels.ts';
import { podsCreatableRule } from './rules/pods-creatable.ts';
import { progressiveDeliveryRule } from './rules/progressive-delivery.ts';
import { providerMinimumRule } from './rules/provider-minimum.ts';
import { proxyRevisionsRule } from './rules/proxy-revisions.ts';
import { rootCertificatesRule } from './rules/root-certificates.ts';
import { singleSourceRule } from './rules/single-source.ts';
import { storedVersionsRule } from './rules/stored-versions.ts';
import { supportStatusRule } from './rules/support-status.ts';
import { supportedInstallationRule } from './rules/supported-installation.ts';
import { surgeFitsRule } from './rules/surge-fits.ts';
import { tagsResolveRule } from './rules/tags-resolve.ts';
import { targetInstalledRule } from './rules/target-installed.ts';
import { targetSuppliedRule } from './rules/target-supplied.ts';
import { targetWithdrawnRule } from './rules/target-withdrawn.ts';
import { validatorsResolveRule } from './rules/validators-resolve.ts';
import { versionSkewRule } from './rules/version-skew.ts';
import { webhooksAnsweredRule } from './rules/webhooks-answered.ts';
import { movedPodByPodRule } from './rules/moved-pod-by-pod.ts';
import { workloadRedundantRule } from './rules/workload-redundant.ts';
import { workloadsLeftRule } from './rules/workloads-left.ts';
import { workloadsMovableRule } from './rules/workloads-movable.ts';
import { workloadsReadyRule } from './rules/workloads-ready.ts';

/** Every rule over what was observed, by file name; findings are sorted afterwards. */
export const PREFLIGHT_RULES: readonly Rule[] = [
  budgetsRule,
  caRootsRule,
  controlPlaneAutoscalersRule,
  controlPlaneFitsRule,
  controlPlaneRedundantRule,
  controlPlaneSettledRule,
  defaultsAgreeRule,
  envoyFiltersRule,
  factsKnownRule,
  firstWorkloadsRule,
  gatewayApiRule,
  injectionStableRule,
  injectorsApartRule,
  jobProxiesRule,
  kubernetesVersionRule,
  loadBalancersRule,
  meshAnnotationsRule,
  meshBusyRule,
  meshConfigRule,
  meshManagersRule,
  meshPresentRule,
  namespaceBothLabelsRule,
  namespaceManagersRule,
  namespaceSelectsRule,
  nodeAgentsRule,
  podLabelsRule,
  podsCreatableRule,
  progressiveDeliveryRule,
  providerMinimumRule,
  proxyRevisionsRule,
  rootCertificatesRule,
  singleSourceRule,
  storedVersionsRule,
  supportStatusRule,
  supportedInstallationRule,
  surgeFitsRule,
  tagsResolveRule,
  targetInstalledRule,
  targetSuppliedRule,
  targetWithdrawnRule,
  validatorsResolveRule,
  versionSkewRule,
  webhooksAnsweredRule,
  movedPodByPodRule,
  workloadRedundantRule,
  workloadsLeftRule,
  workloadsMovableRule,
  workloadsReadyRule,
];

/** What every finding code means, by code. */
export const FINDING_DOCUMENTS: readonly FindingDocument[] = [
  ...PREFLIGHT_RULES.flatMap(({ documents }) => documents),
  ...EXTERNAL_DOCUMENTS,
].sort((a, b) => compareText(a.code, b.code));

/** Runs every rule; findings come in a fixed order. */
export function evaluatePreflight(facts: PreflightFacts): readonly Finding[] {
  return sortFindings(PREFLIGHT_RULES.flatMap(({ check }) => check(facts)));
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
export function isWhollyThere(facts: PreflightFacts): boolean {
  const { mesh, target, targetRevision, strategy } = facts;
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
    ) &&
    // In place the name of a revision says nothing of its version.
    (strategy === 'canary' || facts.inventory.workloads.every((each) => hasProxiesOf(each, target)))
  );
}

function hasProxiesOf({ proxyImages }: WorkloadDetail, target: IstioVersion): boolean {
  return Object.keys(proxyImages).every((image) => (imageVersion(image) ?? target) === target);
}
