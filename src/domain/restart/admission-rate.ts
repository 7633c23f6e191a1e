import { parseQuantity } from '../inventory/quantity.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';

interface DeploymentShape {
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly {
          readonly name: string;
          readonly resources?: {
            readonly limits?: { readonly cpu?: string | number };
            readonly requests?: { readonly cpu?: string | number };
          };
        }[];
      };
    };
  };
  readonly status?: { readonly readyReplicas?: number };
}

/** Part of what istiod takes that upgrades may use; proxies that reconnect by themselves have the rest. */
const SHARE = 0.8;

/**
 * New proxies that a control plane takes in ten seconds: a replica admits 15 + 5 for each CPU, at most
 * 100, a second (reliability-and-performance section 9). Its CPUs are its limit, else its request,
 * else one.
 */
export function admissionInTenSeconds(istiod: KubernetesObject): number {
  const { spec, status } = istiod as KubernetesObject & DeploymentShape;
  const container = spec?.template?.spec?.containers?.find(({ name }) => name === 'discovery');
  const { limits, requests } = container?.resources ?? {};
  const cpus = Math.max(1, Math.ceil(parseQuantity(limits?.cpu ?? requests?.cpu) ?? 1));
  const replicas = Math.max(1, status?.readyReplicas ?? 0);
  return Math.floor(10 * SHARE * Math.min(100, 15 + 5 * cpus) * replicas);
}
