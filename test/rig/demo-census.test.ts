import { describe, expect, it } from '@jest/globals';
import { isOnTarget, takeCensus, type WorkloadCensus } from '../../rig/demo/cluster/census.ts';
import type { Pod, Workload } from '../../rig/demo/cluster/objects.ts';

const TARGET = { revision: '1-26-1', version: '1.26.1' };

const deployment: Workload = {
  kind: 'Deployment',
  metadata: { name: 'catalog', namespace: 'shop', uid: 'deployment' },
  spec: { replicas: 2, template: {} },
};
const replicaSets = ['old', 'new'].map((uid) => ({
  metadata: {
    name: `catalog-${uid}`,
    namespace: 'shop',
    uid,
    ownerReferences: [{ kind: 'Deployment', uid: 'deployment' }],
  },
}));

function pod(owner: string, revision?: string, over: Partial<Pod['metadata']> = {}): Pod {
  const version = revision?.replaceAll('-', '.');
  const proxy = { name: 'istio-proxy', image: `docker.io/istio/proxyv2:${version ?? ''}` };
  const injected = { 'istio.io/rev': revision ?? '', 'sidecar.istio.io/status': '{}' };
  return {
    metadata: {
      name: 'catalog-1',
      namespace: 'shop',
      ownerReferences: [{ kind: 'ReplicaSet', uid: owner }],
      ...(revision === undefined ? {} : { annotations: injected }),
      ...over,
    },
    spec: {
      containers: [
        { name: 'app', image: 'registry.example.com/app:1' },
        ...(revision === undefined ? [] : [proxy]),
      ],
    },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

const count = (pods: readonly Pod[]): WorkloadCensus | undefined =>
  takeCensus({ workloads: [deployment], replicaSets, pods })[0];

describe('takeCensus', () => {
  it('counts the pods of a Deployment over all of its ReplicaSets', () => {
    expect(count([pod('old', '1-25-1'), pod('new', '1-26-1')])).toEqual({
      name: 'Deployment shop/catalog',
      wanted: 2,
      pods: 2,
      ready: 2,
      meshed: 2,
      revisions: ['1-25-1', '1-26-1'],
      proxyVersions: ['1.25.1', '1.26.1'],
    });
  });

  it('leaves out pods that are on their way out', () => {
    const leaving = pod('old', '1-25-1', { deletionTimestamp: '2026-01-01T00:00:00Z' });

    expect(count([leaving, pod('new', '1-26-1')])?.revisions).toEqual(['1-26-1']);
  });

  it('counts a pod without a sidecar as one outside of the mesh', () => {
    expect(count([pod('new'), pod('new', '1-26-1')])).toMatchObject({ pods: 2, meshed: 1 });
  });

  it('takes the pods that a DaemonSet should have from its status', () => {
    const daemonSet: Workload = {
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'shop', uid: 'agent' },
      spec: { template: {} },
      status: { desiredNumberScheduled: 4 },
    };

    const [agent] = takeCensus({ workloads: [daemonSet], replicaSets: [], pods: [] });

    expect(agent?.wanted).toBe(4);
  });

  it('finds a sidecar among the init containers, where native sidecars are', () => {
    const { spec, ...rest } = pod('new', '1-26-1');
    const [app, proxy] = spec.containers;
    if (app === undefined || proxy === undefined) throw new Error('the pod has two containers');

    expect(
      count([{ ...rest, spec: { containers: [app], initContainers: [proxy] } }])?.proxyVersions,
    ).toEqual(['1.26.1']);
  });
});

describe('isOnTarget', () => {
  const moved = count([pod('new', '1-26-1'), pod('new', '1-26-1')]);
  if (moved === undefined) throw new Error('a workload was given');

  it('is so when every pod is there, ready, and injected by the target', () => {
    expect(isOnTarget(moved, TARGET)).toBe(true);
  });

  it.each<[string, Partial<WorkloadCensus>]>([
    ['a pod is missing', { pods: 1, ready: 1, meshed: 1 }],
    ['a pod is not ready', { ready: 1 }],
    ['a pod has no sidecar', { meshed: 1 }],
    ['a pod was injected by another revision', { revisions: ['1-25-1', '1-26-1'] }],
    ['a proxy has another version', { proxyVersions: ['1.25.1'] }],
  ])('is not so when %s', (_, change) => {
    expect(isOnTarget({ ...moved, ...change }, TARGET)).toBe(false);
  });
});
