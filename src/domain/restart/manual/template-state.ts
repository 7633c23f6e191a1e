import { sameJson } from '../../json.ts';
import type { KubernetesObject } from '../../kubernetes-object.ts';
import { readTemplate, type PodTemplate } from './pod-template.ts';
import { withMark } from './restart-mark.ts';

/** Whether a workload has the template that we gave it, the one it had before, or somebody else's. */
export type TemplateState = 'applied' | 'prior' | 'other';

/** Our own mark does not count: it says nothing of the proxy. */
export function stateOfTemplate(
  live: KubernetesObject,
  { prior, applied }: { readonly prior: PodTemplate; readonly applied: PodTemplate },
): TemplateState {
  const template = readTemplate(live);
  if (template === undefined) return 'other';
  const isSame = (other: PodTemplate): boolean =>
    sameJson(withMark(template, null), withMark(other, null));
  if (isSame(applied)) return 'applied';
  return isSame(prior) ? 'prior' : 'other';
}
