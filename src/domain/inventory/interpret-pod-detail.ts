import type { KubernetesObject } from '../kubernetes-object.ts';
import { interpretPod, type PodFacts } from '../mesh/interpret-pods.ts';
import { REVISION_LABEL } from '../mesh/istio-labels.ts';
import type { ResourceAmount } from './capacity.ts';
import { proxyIn, requestsOf, type PodSpecShape } from './pod-spec.ts';
import { recreationOf } from '../restart/recreate-manifest.ts';
import type { PodRecreation } from './workload-detail.ts';
import { isIstioAnnotation } from './sensitive-annotations.ts';

/** A pod as the inventory needs it: small, because there may be tens of thousands. */
export interface PodDetail extends PodFacts {
  readonly isNativeSidecar: boolean;
  readonly requests: ResourceAmount;
  readonly node?: string;
  /** Label `istio.io/rev` of a pod of istiod (`app=istiod`); `default` without one. */
  readonly controlPlane?: string;
  /** Istio's annotations of a pod that nobody owns: no template repeats them. */
  readonly istioAnnotations?: readonly string[];
  /** Of a pod with a proxy that nobody owns. */
  readonly recreation?: PodRecreation;
}

/** Reads one pod for the inventory. */
export function interpretPodDetail(pod: KubernetesObject): PodDetail {
  const { spec } = pod as KubernetesObject & { readonly spec?: PodSpecShape };
  const { labels = {}, annotations = {} } = pod.metadata;
  const facts = interpretPod(pod);
  const istioAnnotations =
    facts.owner === undefined ? Object.keys(annotations).filter(isIstioAnnotation).toSorted() : [];
  return {
    ...facts,
    isNativeSidecar: proxyIn(spec)?.isNative ?? false,
    requests: requestsOf(spec),
    ...(spec?.nodeName === undefined ? {} : { node: spec.nodeName }),
    ...(labels['app'] === 'istiod' ? { controlPlane: labels[REVISION_LABEL] ?? 'default' } : {}),
    ...(istioAnnotations.length === 0 ? {} : { istioAnnotations }),
    ...(facts.owner === undefined && facts.revision !== undefined
      ? { recreation: recreationOf(pod) }
      : {}),
  };
}

/** Whether it is there to stay: neither going nor gone. */
export function isLive({ finished, terminating }: PodFacts): boolean {
  return !finished && !terminating;
}
