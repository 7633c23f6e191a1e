import type { Finding } from '../../finding.ts';
import { kubernetesFitOf, kubernetesMinorOf } from '../../version/kubernetes-fit.ts';
import { versionFactsOf } from '../../version/version-facts.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** The target's least Kubernetes version, by its very patch; and whether anybody tried it on this one. */
export const kubernetesVersionRule: Rule = {
  documents: [
    {
      code: 'KubernetesTooOld',
      severity: 'blocking',
      meaning: 'the cluster is older than the target supports, or its version cannot be read.',
      remedy: 'upgrade Kubernetes first, or choose a target that supports this one.',
    },
    {
      code: 'KubernetesUntested',
      severity: 'info',
      meaning: 'the cluster is newer than every Kubernetes that the target was tested with.',
      remedy: 'read the release notes of the target, or choose a newer one.',
    },
  ],
  check: checkKubernetesVersion,
};

function checkKubernetesVersion({ mesh, target, versions }: PreflightFacts): readonly Finding[] {
  const minor = kubernetesMinorOf(mesh.kubernetesVersion);
  const fit = kubernetesFitOf(versionFactsOf(versions, target), minor);
  const about = { subject: mesh.cluster };
  switch (fit.kind) {
    case 'fits':
      return [];
    case 'too-old':
      return [
        {
          ...about,
          code: 'KubernetesTooOld',
          severity: 'blocking',
          message: `expected Kubernetes ${fit.minimum} or newer for Istio ${target}, found ${mesh.kubernetesVersion}`,
          remedy: `upgrade the cluster to Kubernetes ${fit.minimum} first`,
        },
      ];
    case 'untested':
      return [
        {
          ...about,
          code: 'KubernetesUntested',
          severity: 'info',
          message: `expected a Kubernetes that Istio ${target} was tested with (${fit.tested === undefined ? 'nobody says which' : `up to ${fit.tested}`}), found ${mesh.kubernetesVersion}`,
          remedy: 'meshlift targets lists what goes with this cluster',
        },
      ];
    case 'unknown':
      // A row that is missing is `FactUnknown`; a server that does not say its version is this.
      return minor === undefined
        ? [
            {
              ...about,
              code: 'KubernetesTooOld',
              severity: 'blocking',
              message: `expected a Kubernetes 1.x version, found ${JSON.stringify(mesh.kubernetesVersion)}`,
              remedy: 'kubectl version',
            },
          ]
        : [];
  }
}
