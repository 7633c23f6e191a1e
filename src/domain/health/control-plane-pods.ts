import { compareText, type KubernetesObject } from '../kubernetes-object.ts';
import { REVISION_LABEL } from '../mesh/istio-labels.ts';
import type { ControlPlanePods, CurrentCounts } from '../progress.ts';
import { imageTag } from '../version/image-version.ts';

interface PodShape {
  readonly spec?: {
    readonly containers?: readonly { readonly name: string; readonly image?: string }[];
  };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** The pods of istiod (label `app=istiod`) by revision and version: what serves, comes and goes. */
export function countControlPlanePods(
  pods: readonly KubernetesObject[],
): readonly ControlPlanePods[] {
  const groups = Map.groupBy(pods, (pod) => `${revisionOf(pod)} ${versionOf(pod)}`);
  return [...groups]
    .toSorted(([a], [b]) => compareText(a, b))
    .flatMap(([, group]) => {
      const [first] = group;
      if (first === undefined) return [];
      const staying = group.filter((pod) => !isTerminating(pod));
      const ready = staying.filter(isReady).length;
      return [
        {
          revision: revisionOf(first),
          version: versionOf(first),
          ready,
          starting: staying.length - ready,
          terminating: group.length - staying.length,
        },
      ];
    });
}

/** How far a control plane is: pods that serve in the version that is wanted, of all that stay. */
export function progressOfControlPlane(
  pods: readonly ControlPlanePods[],
  to: { readonly revision: string; readonly version: string },
): Omit<CurrentCounts, 'step'> {
  const own = pods.filter(({ revision }) => revision === to.revision);
  const done = own.find(({ version }) => version === to.version)?.ready ?? 0;
  const total = own.reduce((sum, { ready, starting }) => sum + ready + starting, 0);
  return { done, total, controlPlane: pods };
}

function revisionOf({ metadata }: KubernetesObject): string {
  return metadata.labels?.[REVISION_LABEL] ?? 'unknown';
}

function versionOf(pod: KubernetesObject): string {
  const { spec } = pod as KubernetesObject & PodShape;
  return imageTag(spec?.containers?.find(({ name }) => name === 'discovery')?.image) ?? 'unknown';
}

function isTerminating({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function isReady(pod: KubernetesObject): boolean {
  const { status } = pod as KubernetesObject & PodShape;
  return (status?.conditions ?? []).some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
}
