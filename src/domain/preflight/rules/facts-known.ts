import type { Finding } from '../../finding.ts';
import { unknown, type Known } from '../../inventory/known.ts';
import { parseIstioVersion } from '../../version/istio-version.ts';
import { versionFactsOf } from '../../version/version-facts.ts';
import { kubernetesMinorOf } from '../../version/kubernetes-fit.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { nameSome, nameWorkload } from '../name-objects.ts';

/** What could not be read was not checked: that is said, and somebody decides. */
export const factsKnownRule: Rule = {
  documents: [
    {
      code: 'FactUnknown',
      severity: 'overridable',
      meaning:
        'a part of the mesh could not be read, or the version table has no row for a version: the rules that look at it found nothing because they saw nothing.',
      remedy:
        'give meshlift the right to read it, add the minor to `versions` in `meshlift.yaml`, or accept the gap by name.',
    },
  ],
  check: (facts) => [
    ...checkParts(facts),
    ...checkRoots(facts),
    ...checkPredictions(facts),
    ...checkVersions(facts),
  ],
};

function unknownFact(subject: string, why: string, remedy: string): Finding {
  return {
    code: 'FactUnknown',
    severity: 'overridable',
    subject,
    message: `expected to know ${subject}, found that ${why}`,
    remedy,
  };
}

function checkParts({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  const parts: readonly (readonly [string, Known<unknown>])[] = [
    ['the proxies connected to each revision', inventory.connectedProxies],
    ['CustomResourceDefinitions', inventory.crds],
    ['EnvoyFilters and annotations that depend on the version', inventory.sensitive],
    ['PodDisruptionBudgets', inventory.budgets],
    ['HorizontalPodAutoscalers', inventory.autoscalers],
    ['free capacity of the nodes', inventory.capacity],
  ];
  const unread = inventory.unread.map(({ what, why }) => [what, unknown(why)] as const);
  return [...parts, ...unread].flatMap(([part, fact]) =>
    fact.kind === 'known' ? [] : [unknownFact(part, fact.why, `meshlift inspect ${mesh.cluster}`)],
  );
}

function checkRoots({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  return inventory.controlPlanes
    .filter(({ rootDigest }) => rootDigest === undefined)
    .map(({ revision }) =>
      unknownFact(
        `the root certificate of revision ${revision}`,
        'its injection webhook carries none',
        `kubectl -n ${mesh.meshNamespace} logs -l istio.io/rev=${revision},app=istiod`,
      ),
    );
}

/** One injector whose rules cannot be read makes every workload under it unknown: one finding. */
function checkPredictions({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  const unsure = inventory.workloads.flatMap((workload) =>
    workload.prediction.kind === 'unknown'
      ? [{ name: nameWorkload(workload), why: workload.prediction.why }]
      : [],
  );
  return [...Map.groupBy(unsure, ({ why }) => why)].map(([why, found]) =>
    unknownFact(
      `who injects at the next restart (${why})`,
      `it cannot be told for ${nameSome(found.map(({ name }) => name))}`,
      `kubectl -n ${mesh.meshNamespace} get configmaps -l app=sidecar-injector`,
    ),
  );
}

function checkVersions({ mesh, versions, target }: PreflightFacts): readonly Finding[] {
  const running = mesh.controlPlanes.flatMap(
    ({ version = '' }) => parseIstioVersion(version) ?? [],
  );
  return [...new Set([...running, target])].flatMap((version): Finding[] => {
    const facts = versionFactsOf(versions, version);
    const remedy = 'add the minor to versions in meshlift.yaml';
    if (facts === undefined) {
      return [unknownFact(`Istio ${version}`, 'the version table has no such minor', remedy)];
    }
    const isNeeded = version === target && kubernetesMinorOf(mesh.kubernetesVersion) !== undefined;
    if (!isNeeded || facts.minimumKubernetes !== undefined) return [];
    return [unknownFact(`the Kubernetes that Istio ${version} needs`, 'no row says it', remedy)];
  });
}
