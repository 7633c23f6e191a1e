import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { refOf, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import { readTemplate, type PodTemplate } from '../../domain/restart/manual/pod-template.ts';
import { mergePatchBetween } from '../../domain/restart/manual/template-patch.ts';

/**
 * Makes the pod template of a workload this one, and nothing else of it: what an autoscaler or a
 * person set beside it stays. Bound to the very version that was read. Returns the template as the
 * server has it, its defaults filled in.
 */
export async function replaceTemplate(
  kubernetes: KubernetesClient,
  live: KubernetesObject,
  template: PodTemplate,
  options: { readonly dryRun?: boolean } = {},
): Promise<PodTemplate> {
  const { uid, resourceVersion } = live.metadata;
  const patch = mergePatchBetween(mustRead(live), template);
  const next = await kubernetes.mergePatch(
    refOf(live),
    { metadata: { uid, resourceVersion }, spec: { template: patch } },
    options,
  );
  return mustRead(next);
}

function mustRead(workload: KubernetesObject): PodTemplate {
  const template = readTemplate(workload);
  if (template !== undefined) return template;
  // The API server refuses a workload without one.
  throw new TypeError(`a workload without a pod template: ${workload.metadata.name}`);
}
