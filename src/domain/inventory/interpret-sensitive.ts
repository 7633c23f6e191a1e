import { compareText, formatRef, refOf, type KubernetesObject } from '../kubernetes-object.ts';
import { COMPONENT_LABEL } from '../mesh/istio-labels.ts';
import type { PodDetail } from './interpret-pod-detail.ts';
import type { ServiceFacts } from './interpret-services.ts';
import type { SensitiveResource } from './sensitive-resource.ts';
import { sensitiveAmong } from './sensitive-annotations.ts';
import { interpretWorkloadSpec } from './workload-shape.ts';

interface EnvoyFilterShape {
  readonly spec?: {
    readonly configPatches?: readonly {
      readonly match?: { readonly proxy?: { readonly proxyVersion?: string } };
    }[];
  };
}

/** Reads one EnvoyFilter: each means what the proxy's own configuration looks like, bound or not. */
export function interpretEnvoyFilter(filter: KubernetesObject): SensitiveResource {
  const { spec } = filter as KubernetesObject & EnvoyFilterShape;
  const versions = (spec?.configPatches ?? []).flatMap(({ match }) => {
    const version = match?.proxy?.proxyVersion;
    return version === undefined ? [] : [version];
  });
  return {
    subject: formatRef(refOf(filter)),
    kind: 'envoy-filter',
    details: [...new Set(versions)].toSorted(),
  };
}

export interface AnnotatedObjects {
  readonly services: readonly ServiceFacts[];
  readonly workloads: readonly KubernetesObject[];
  readonly pods: readonly PodDetail[];
}

/** Not Istio's own: its charts set such annotations by themselves, each version those that it knows. */
function isPeoples({ metadata }: KubernetesObject): boolean {
  const { labels = {} } = metadata;
  return labels['app'] !== 'istiod' && labels[COMPONENT_LABEL] === undefined;
}

/** Alpha and deprecated annotations on Services, on the templates of workloads, and on pods without one. */
export function interpretAnnotations({
  services,
  workloads,
  pods,
}: AnnotatedObjects): SensitiveResource[] {
  const found = [
    ...services.map(({ namespace, name, annotations }) => ({
      subject: `Service ${namespace}/${name}`,
      names: Object.keys(annotations),
    })),
    ...workloads.filter(isPeoples).map((workload) => ({
      subject: formatRef(refOf(workload)),
      names: Object.keys(
        interpretWorkloadSpec(workload, new Map()).template.metadata?.annotations ?? {},
      ),
    })),
    ...pods.map(({ namespace, name, istioAnnotations = [] }) => ({
      subject: `Pod ${namespace}/${name}`,
      names: istioAnnotations,
    })),
  ];
  return found
    .flatMap(({ subject, names }): SensitiveResource[] =>
      (['alpha', 'deprecated'] as const).flatMap((status) => {
        const details = sensitiveAmong(names, status);
        return details.length === 0 ? [] : [{ subject, kind: `${status}-annotation`, details }];
      }),
    )
    .toSorted((a, b) => compareText(a.subject, b.subject));
}
