import { compareText, type KubernetesObject } from '../kubernetes-object.ts';
import { COMPONENT_LABEL } from '../mesh/istio-labels.ts';
import type { NodeAgentFacts } from './gateway-facts.ts';
import { imageTag } from '../version/image-version.ts';
import { interpretWorkloadSpec } from './workload-shape.ts';

interface DaemonSetShape {
  readonly status?: { readonly desiredNumberScheduled?: number; readonly numberReady?: number };
}

/** ztunnel and CNI among these DaemonSets, by place. */
export function interpretNodeAgents(workloads: readonly KubernetesObject[]): NodeAgentFacts[] {
  return workloads
    .flatMap((workload): NodeAgentFacts[] => {
      const kind = agentKind(workload);
      if (kind === undefined) return [];
      const { status } = workload as KubernetesObject & DaemonSetShape;
      const { template } = interpretWorkloadSpec(workload, new Map());
      const version = imageTag(template.spec?.containers?.[0]?.image);
      return [
        {
          kind,
          namespace: workload.metadata.namespace ?? '',
          name: workload.metadata.name,
          ...(version === undefined ? {} : { version }),
          desired: status?.desiredNumberScheduled ?? 0,
          ready: status?.numberReady ?? 0,
        },
      ];
    })
    .toSorted((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
}

/** By the charts' own labels and names: Helm sets no component label (istio-facts sections 2 and 12). */
function agentKind({ kind, metadata }: KubernetesObject): NodeAgentFacts['kind'] | undefined {
  if (kind !== 'DaemonSet') return undefined;
  const { labels = {}, name } = metadata;
  const component = labels[COMPONENT_LABEL];
  if (component === 'Ztunnel' || labels['app'] === 'ztunnel' || name === 'ztunnel') {
    return 'ztunnel';
  }
  const isCni =
    component === 'Cni' || labels['k8s-app'] === 'istio-cni-node' || name === 'istio-cni-node';
  return isCni ? 'cni' : undefined;
}
