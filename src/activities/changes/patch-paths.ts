import type { KubernetesObject } from '../../domain/kubernetes-object.ts';

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
