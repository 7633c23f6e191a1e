import { proxyIn } from '../../inventory/pod-spec.ts';
import { REVISION_ANNOTATION, REVISION_LABEL } from '../../mesh/istio-labels.ts';
import type { PodTemplate } from './pod-template.ts';

/** Why the pods of a template that was injected again would not be on the target; else `undefined`. */
export function judgeRendered(
  rendered: PodTemplate,
  { live, from, to }: { readonly live: PodTemplate; readonly from: string; readonly to: string },
): string | undefined {
  const image = proxyIn(rendered.spec)?.image;
  if (image === undefined || image === 'auto') {
    return 'istioctl kube-inject gives it no proxy: its original manifest opts out, or asks for the host network';
  }
  if (image === proxyIn(live.spec)?.image) {
    return `istioctl kube-inject gives it the proxy ${image} that it has: the inject config or the values name that image`;
  }
  if (rendered.metadata?.labels?.[REVISION_LABEL] === from) {
    return `its original manifest has the label ${REVISION_LABEL}: ${from} on its pods, by which the webhook of that revision would inject them again`;
  }
  const marked = rendered.metadata?.annotations?.[REVISION_ANNOTATION];
  return marked === to
    ? undefined
    : `expected the inject config to write the annotation ${REVISION_ANNOTATION}: ${to}, by which its pods are told from old ones, found ${marked ?? 'none'}`;
}
