import type { V1Pod } from '@kubernetes/client-node';
import { isReady } from '../kubernetes/readiness.ts';
import { ISTIOD_PORTS } from '../mesh/istiod-environment.ts';
import type { Istiod } from './admission.ts';

/** KWOK's `PortForward`, which the rig writes for each pod of istiod: where its ports are on this machine. */
export interface PortForward {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
  readonly spec: {
    readonly forwards: readonly {
      readonly ports?: readonly number[];
      readonly target?: { readonly address: string; readonly port: number };
    }[];
  };
}

export function isIstiod({ metadata }: V1Pod): boolean {
  return metadata?.labels?.['app'] === 'istiod';
}

/** Those that are ready and whose plain gRPC port is known, by name. */
export function findIstiods(
  pods: readonly V1Pod[],
  forwards: readonly PortForward[],
): readonly Istiod[] {
  return pods
    .filter((pod) => isReady(pod) && pod.metadata?.deletionTimestamp === undefined)
    .flatMap((pod): Istiod[] => {
      const revision = pod.metadata?.labels?.['istio.io/rev'];
      const address = grpcAddressOf(pod, forwards);
      if (revision === undefined || address === undefined) return [];
      return [{ pod: pod.metadata?.name ?? '', revision, address }];
    })
    .toSorted((a, b) => (a.pod < b.pod ? -1 : 1));
}

function grpcAddressOf({ metadata }: V1Pod, all: readonly PortForward[]): string | undefined {
  const own = all.find(
    (each) =>
      each.metadata.name === metadata?.name && each.metadata.namespace === metadata.namespace,
  );
  const target = own?.spec.forwards.find(({ ports }) => ports?.includes(ISTIOD_PORTS.grpc))?.target;
  return target === undefined ? undefined : `${target.address}:${target.port}`;
}
