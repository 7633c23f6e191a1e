/** How a provider of load balancers is told to keep one whose Service is deleted by mistake. */
export interface LoadBalancerProvider {
  readonly name: string;
  /** What its Kubernetes calls itself: `v1.30.1-aliyun.1`. */
  readonly kubernetesVersion: RegExp;
  /** What its annotations begin with. */
  readonly prefixes: readonly string[];
  /** Any of these, newest name first. */
  readonly annotations: readonly string[];
  readonly on: RegExp;
  /** What to write, as `kubectl annotate` takes it. */
  readonly example: string;
  /** What holds for a Service without the annotation. */
  readonly byDefault: 'on' | 'off';
  readonly source: string;
  readonly asOf: string;
}

/** Providers that are known; of any other it cannot be told whether a load balancer is protected. */
export const LOAD_BALANCER_PROVIDERS: readonly LoadBalancerProvider[] = [
  {
    name: 'Alibaba Cloud ACK',
    kubernetesVersion: /-aliyun\b/,
    prefixes: [
      'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-',
      'service.beta.kubernetes.io/alicloud-loadbalancer-',
    ],
    annotations: [
      'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-delete-protection',
      'service.beta.kubernetes.io/alicloud-loadbalancer-delete-protection',
    ],
    on: /^on$/,
    example: 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-delete-protection=on',
    // For load balancers made since cloud controller manager v1.9.3.313 of August 2020.
    byDefault: 'on',
    source:
      'https://www.alibabacloud.com/help/en/ack/ack-managed-and-ack-dedicated/user-guide/add-annotations-to-the-yaml-file-of-a-service-to-configure-clb-instances',
    asOf: '2026-01-10',
  },
  {
    name: 'AWS Load Balancer Controller',
    kubernetesVersion: /-eks-/,
    prefixes: ['service.beta.kubernetes.io/aws-load-balancer-'],
    annotations: ['service.beta.kubernetes.io/aws-load-balancer-attributes'],
    on: /(^|,)\s*deletion_protection\.enabled=true\s*(,|$)/,
    example:
      'service.beta.kubernetes.io/aws-load-balancer-attributes=deletion_protection.enabled=true',
    byDefault: 'off',
    source:
      'https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/guide/service/annotations.md',
    asOf: '2026-09-01',
  },
];
