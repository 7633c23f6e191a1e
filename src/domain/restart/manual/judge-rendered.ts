import { proxyIn } from '../../inventory/pod-spec.ts';
import { REVISION_ANNOTATION } from '../../mesh/istio-labels.ts';
import type { PodTemplate } from './pod-template.ts';

/** Why the pods of a template that was injected again would not be on the target; else `undefined`. */
export function judgeRendered(
  rendered: PodTemplate,
  { live, revision }: { readonly live: PodTemplate; readonly revision: string },
): string | undefined {
  const image = proxyIn(rendered.spec)?.image;
  if (image === undefined || image === 'auto') {
    return 'istioctl kube-inject gives it no proxy: its original manifest opts out, or asks for the host network';
  }
  if (image === proxyIn(live.spec)?.image) {
    return `istioctl kube-inject gives it the proxy ${image} that it has: the inject config or the values name that image`;
  }
  const marked = rendered.metadata?.annotations?.[REVISION_ANNOTATION];
  return marked === revision
    ? undefined
    : `expected the inject config to write the annotation ${REVISION_ANNOTATION}: ${revision}, by which its pods are told from old ones, found ${marked ?? 'none'}`;
}
