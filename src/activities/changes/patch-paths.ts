import type { Change, KeyedValues } from '../../domain/journal/change.ts';
import type { JsonObject, KubernetesObject } from '../../domain/kubernetes-object.ts';
import { RESTART_ANNOTATION } from '../../domain/mesh/record-marks.ts';
import { readGracePeriod } from '../../domain/restart/grace-period.ts';

interface WithTemplate {
  readonly spec?: {
    readonly template?: {
      readonly metadata?: {
        readonly annotations?: Readonly<Record<string, string>>;
        readonly labels?: Readonly<Record<string, string>>;
      };
    };
  };
}

/** An annotation of a workload's pod template; `null` when it is not there. */
export function templateAnnotation(workload: KubernetesObject, key: string): string | null {
  const { spec } = workload as KubernetesObject & WithTemplate;
  return spec?.template?.metadata?.annotations?.[key] ?? null;
}

/** The labels of a workload's pod template. */
export function templateLabels(workload: KubernetesObject): Readonly<Record<string, string>> {
  const { spec } = workload as KubernetesObject & WithTemplate;
  return spec?.template?.metadata?.labels ?? {};
}

/** Where a restart leaves its mark on a pod template. */
export type RestartMark = Pick<Extract<Change, { kind: 'restart' }>, 'by'>;

/** The mark that a workload's pod template carries now; `null` when it carries none. */
export function markOf(workload: KubernetesObject, { by }: RestartMark): string | null {
  if (by === undefined) return templateAnnotation(workload, RESTART_ANNOTATION);
  const seconds = readGracePeriod(workload);
  return seconds === null ? null : String(seconds);
}

/** How people call the place of the mark. */
export function nameMark({ by }: RestartMark): string {
  return by === undefined ? RESTART_ANNOTATION : 'terminationGracePeriodSeconds';
}

/** A merge patch of a pod template that sets the mark, or takes it away, and with it labels. */
export function patchOfMark(
  { by }: RestartMark,
  value: string | null,
  labels: KeyedValues | undefined,
): JsonObject {
  const labelled = labels === undefined ? {} : { labels };
  if (by === undefined) {
    return { metadata: { annotations: { [RESTART_ANNOTATION]: value }, ...labelled } };
  }
  return {
    ...(labels === undefined ? {} : { metadata: labelled }),
    spec: { terminationGracePeriodSeconds: value === null ? null : Number(value) },
  };
}
