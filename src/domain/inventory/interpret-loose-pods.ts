import { compareText } from '../kubernetes-object.ts';
import { isLive, type PodDetail } from './interpret-pod-detail.ts';
import { ownerChain, type Link } from './owner-chain.ts';
import type { LoosePodDetail } from './workload-detail.ts';

/** Pods with a proxy that no restart of a workload reaches. `restartable` are uids. */
export function interpretLoosePods(
  pods: readonly PodDetail[],
  links: readonly Link[],
  restartable: ReadonlySet<string>,
): LoosePodDetail[] {
  const workloadOf = ownerChain(links);
  return pods
    .flatMap((pod): LoosePodDetail[] => {
      const { namespace, name, revision, owner } = pod;
      if (revision === undefined || !isLive(pod)) return [];
      if (owner !== undefined && restartable.has(workloadOf(owner.uid))) return [];
      return [
        { namespace, name, revision, ownerKind: owner?.kind ?? '', ownerName: owner?.name ?? '' },
      ];
    })
    .toSorted((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
}
