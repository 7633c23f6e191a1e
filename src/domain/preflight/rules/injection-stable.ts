import type { Finding } from '../../finding.ts';
import type { WorkloadDetail } from '../../inventory/workload-detail.ts';
import type { Rule } from '../facts.ts';
import { nameWorkload } from '../name-objects.ts';

/** What would be injected must be what is injected: a restart must not change who is in the mesh. */
export const injectionStableRule: Rule = {
  documents: [
    {
      code: 'SidecarWouldBeGained',
      severity: 'overridable',
      meaning:
        'a workload runs pods without a proxy, and the live webhooks would inject them at their next restart.',
      remedy:
        'restart it now and see that it works in the mesh, or opt it out with the label `sidecar.istio.io/inject: "false"`.',
    },
    {
      code: 'SidecarWouldBeLost',
      severity: 'overridable',
      meaning:
        'a workload runs pods with a proxy, and no live webhook would inject them at their next restart: they would silently leave the mesh.',
      remedy: 'correct the labels of its namespace or of its pods.',
    },
  ],
  check: ({ inventory }) => inventory.workloads.flatMap(checkWorkload),
};

function checkWorkload(workload: WorkloadDetail): readonly Finding[] {
  const { prediction, podsWithProxy, podsWithoutProxy, namespace } = workload;
  // A proxy that stands in the template needs no webhook.
  if (workload.manualProxyImage !== undefined) return [];
  const subject = nameWorkload(workload);
  const pods = podsWithProxy + podsWithoutProxy;
  switch (prediction.kind) {
    case 'none':
      return podsWithProxy === 0
        ? []
        : [
            {
              code: 'SidecarWouldBeLost',
              severity: 'overridable',
              subject,
              message: `expected its pods to keep their proxy at a restart, found ${podsWithProxy} of ${pods} with one that would start without: ${prediction.why}`,
              remedy: `kubectl label namespace ${namespace} istio.io/rev=<tag>`,
            },
          ];
    case 'injected':
      return podsWithoutProxy === 0
        ? []
        : [
            {
              code: 'SidecarWouldBeGained',
              severity: 'overridable',
              subject,
              message: `expected its pods to stay as they are at a restart, found ${podsWithoutProxy} of ${pods} without a proxy that ${prediction.revision} would inject (${prediction.webhook})`,
              remedy: `kubectl -n ${namespace} rollout restart ${workload.kind.toLowerCase()}/${workload.name}`,
            },
          ];
    case 'ambiguous':
    case 'refused':
    case 'unknown':
      // Rules of their own: `InjectorsOverlap`, `PodCreationRefused`, `FactUnknown`.
      return [];
  }
}
