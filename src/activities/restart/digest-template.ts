import { digestOf } from '../../clients/digest.ts';
import type { KeyedValues } from '../../domain/journal/change.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { RESTART_ANNOTATION } from '../../domain/mesh/record-marks.ts';
import type { RestartMark } from '../changes/patch-paths.ts';

interface WithTemplate {
  readonly spec?: {
    readonly template?: {
      readonly metadata?: {
        readonly annotations?: Readonly<Record<string, string>>;
        readonly labels?: Readonly<Record<string, string>>;
      };
      readonly spec?: { readonly terminationGracePeriodSeconds?: number };
    };
  };
}

/**
 * What a workload's pods are made from, our own mark and the labels that we change left out: it
 * changes when somebody deploys.
 */
export function digestTemplate(
  workload: KubernetesObject,
  ours: RestartMark & { readonly labels?: { readonly prior: KeyedValues } } = {},
): string {
  const { template = {} } = (workload as KubernetesObject & WithTemplate).spec ?? {};
  const { terminationGracePeriodSeconds, ...spec } = template.spec ?? {};
  const { annotations = {}, labels = {}, ...metadata } = template.metadata ?? {};
  const keys = [RESTART_ANNOTATION, ...Object.keys(ours.labels?.prior ?? {})];
  const others = (values: Readonly<Record<string, string>>): object =>
    Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
  return digestOf({
    ...template,
    spec: ours.by === undefined ? { ...spec, terminationGracePeriodSeconds } : spec,
    metadata: { ...metadata, annotations: others(annotations), labels: others(labels) },
  });
}
