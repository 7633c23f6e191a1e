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
      const { namespace, name, uid, revision, proxyImage, ready, owner, recreation } = pod;
      if (revision === undefined || !isLive(pod)) return [];
      if (owner !== undefined && restartable.has(workloadOf(owner.uid))) return [];
      return [
        {
          namespace,
          name,
          uid,
          revision,
          ...(proxyImage === undefined ? {} : { proxyImage }),
          ready,
          ownerKind: owner?.kind ?? '',
          ownerName: owner?.name ?? '',
          ...(recreation === undefined ? {} : { recreation }),
        },
      ];
    })
    .toSorted((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
}
