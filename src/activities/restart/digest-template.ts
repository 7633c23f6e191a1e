import { digestOf } from '../../clients/digest.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { RESTART_ANNOTATION } from '../../domain/mesh/record-marks.ts';

interface WithTemplate {
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    };
  };
}

/** What a workload's pods are made from, our own mark left out: it changes when somebody deploys. */
export function digestTemplate(workload: KubernetesObject): string {
  const { template = {} } = (workload as KubernetesObject & WithTemplate).spec ?? {};
  const { annotations = {}, ...metadata } = template.metadata ?? {};
  const others = Object.fromEntries(
    Object.entries(annotations).filter(([key]) => key !== RESTART_ANNOTATION),
  );
  return digestOf({ ...template, metadata: { ...metadata, annotations: others } });
}
