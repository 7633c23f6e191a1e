/** A sample workload, as short as it can be said. */
export interface SampleWorkload {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  /** Without meaning for a DaemonSet, which has one pod per node. */
  readonly replicas: number;
  readonly budget?: { readonly minAvailable: number } | { readonly maxUnavailable: number };
}

export interface SampleNamespace {
  readonly name: string;
  /** How its pods come into the mesh; none for the namespace outside of it. */
  readonly labels: Readonly<Record<string, string>>;
  readonly workloads: readonly SampleWorkload[];
}

const deployment = (
  name: string,
  replicas: number,
  budget?: SampleWorkload['budget'],
): SampleWorkload => ({ name, kind: 'Deployment', replicas, ...(budget ? { budget } : {}) });

/** A shop as people have one: each way of joining a mesh is in use somewhere, and one team stayed out. */
export const SAMPLE_NAMESPACES: readonly SampleNamespace[] = [
  {
    name: 'shop',
    labels: { 'istio.io/rev': '1-25-1' },
    workloads: [
      deployment('storefront', 4, { maxUnavailable: 1 }),
      deployment('catalog', 3),
      deployment('checkout', 2, { minAvailable: 1 }),
      deployment('promotions', 1),
      { name: 'carts', kind: 'StatefulSet', replicas: 2 },
    ],
  },
  {
    name: 'payments',
    labels: { 'istio.io/rev': 'prod-stable' },
    workloads: [
      deployment('card-gateway', 3, { minAvailable: 2 }),
      deployment('fraud-check', 2),
      deployment('refunds', 1),
      { name: 'ledger', kind: 'StatefulSet', replicas: 3, budget: { maxUnavailable: 1 } },
    ],
  },
  {
    name: 'accounts',
    labels: { 'istio.io/rev': 'prod-stable' },
    workloads: [
      deployment('login', 3, { maxUnavailable: 1 }),
      deployment('profiles', 2),
      deployment('notifications', 1),
      { name: 'audit-agent', kind: 'DaemonSet', replicas: 0 },
    ],
  },
  {
    name: 'search',
    labels: { 'istio-injection': 'enabled' },
    workloads: [
      deployment('query', 4, { minAvailable: 2 }),
      deployment('suggest', 2),
      deployment('indexer', 1),
      deployment('crawler', 2),
    ],
  },
  {
    name: 'legacy',
    labels: {},
    workloads: [
      deployment('billing', 2, { minAvailable: 1 }),
      deployment('reports', 1),
      { name: 'archive', kind: 'StatefulSet', replicas: 1 },
    ],
  },
];
