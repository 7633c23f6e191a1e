/** The oldest Istio that a provider lets its users upgrade in place by themselves. */
export interface ProviderMinimum {
  readonly name: string;
  /** What its Kubernetes calls itself: `v1.30.1-aliyun.1`. */
  readonly kubernetesVersion: RegExp;
  readonly minimum: string;
  /** What to do below it. */
  readonly below: string;
  readonly source: string;
}

export const PROVIDER_MINIMUMS: readonly ProviderMinimum[] = [
  {
    name: 'Alibaba Cloud ACK',
    kubernetesVersion: /-aliyun\b/,
    minimum: '1.1.4',
    below: 'ask Alibaba Cloud by a ticket to upgrade it',
    source: 'Alibaba Cloud, Container Service for Kubernetes: how Istio components are upgraded',
  },
];

/** The minimum that holds on a cluster; absent where no provider is known to have one. */
export function minimumOn(kubernetesVersion: string): ProviderMinimum | undefined {
  return PROVIDER_MINIMUMS.find((each) => each.kubernetesVersion.test(kubernetesVersion));
}
