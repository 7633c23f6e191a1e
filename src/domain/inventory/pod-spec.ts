import { PROXY_CONTAINER } from '../mesh/istio-labels.ts';
import type { ResourceAmount } from './capacity.ts';
import { addAmounts, amountOf, largerOf, NOTHING, type Quantities } from './quantity.ts';

export interface ContainerShape {
  readonly name: string;
  readonly image?: string;
  readonly args?: readonly string[];
  /** `Always` makes an init container a native sidecar, which keeps running. */
  readonly restartPolicy?: string;
  readonly resources?: { readonly requests?: Quantities };
}

/** The part of a pod's `spec` that meshlift reads. */
export interface PodSpecShape {
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly containers?: readonly ContainerShape[];
  readonly initContainers?: readonly ContainerShape[];
  readonly overhead?: Quantities;
}

/** `spec.template` of a workload. */
export interface PodTemplateShape {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: PodSpecShape;
}

/**
 * What a pod requests, as the scheduler counts: its containers together, or its largest init
 * container with the native sidecars started before it, whichever is more
 * (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers).
 */
export function requestsOf(spec: PodSpecShape | undefined): ResourceAmount {
  const { containers = [], initContainers = [], overhead } = spec ?? {};
  let sidecars = NOTHING;
  let starting = NOTHING;
  for (const container of initContainers) {
    const own = amountOf(container.resources?.requests);
    if (container.restartPolicy === 'Always') {
      sidecars = addAmounts(sidecars, own);
      starting = largerOf(starting, sidecars);
    } else {
      starting = largerOf(starting, addAmounts(sidecars, own));
    }
  }
  const running = addAmounts(
    sidecars,
    ...containers.map(({ resources }) => amountOf(resources?.requests)),
  );
  return addAmounts(largerOf(running, starting), amountOf(overhead));
}

/** The proxy in a pod, and whether it is a native sidecar. */
export function proxyIn(
  spec: PodSpecShape | undefined,
): { readonly image?: string; readonly isNative: boolean } | undefined {
  const isProxy = ({ name }: ContainerShape): boolean => name === PROXY_CONTAINER;
  const usual = spec?.containers?.find(isProxy);
  const proxy = usual ?? spec?.initContainers?.find(isProxy);
  if (proxy === undefined) return undefined;
  return {
    ...(proxy.image === undefined ? {} : { image: proxy.image }),
    isNative: usual === undefined,
  };
}
