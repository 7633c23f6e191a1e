import { beforeEach, describe, expect, it } from '@jest/globals';
import { compileRefresh } from '../../src/activities/refresh/compile-refresh.ts';
import type { ClusterAccess } from '../../src/clients/cluster-access.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { Planned, UpgradePlan } from '../../src/domain/planning/plan.ts';
import type { StepOf } from '../../src/domain/planning/step.ts';
import { API_VERSION, type RefreshRequest } from '../../src/domain/request/request.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import {
  namespaceObject,
  owner,
  podObject,
  workloadObject,
} from '../support/kubernetes-objects.ts';
import { placeInjector } from '../support/placed-mesh.ts';
import { samplePolicy } from '../support/sample-mesh.ts';
import { accessTo } from '../support/sample-run.ts';

const HUB = 'docker.io/istio/proxyv2';
const MESH = 'istio-system';

let cluster: FakeKubernetes;
/** What each revision's injector renders; one that is not there refuses. */
let rendered: Record<string, string>;
beforeEach(() => {
  cluster = createFakeKubernetes();
  cluster.place(namespaceObject('kube-system'));
  placeRevision('stable');
  placeNamespace('shop', 'stable');
  placeWorkload('cart', { image: `${HUB}:1.26.0` });
  rendered = { stable: `${HUB}:1.26.1` };
});

/** A control plane with its injector. */
function placeRevision(revision: string): void {
  cluster.place(
    workloadObject('Deployment', `istiod-${revision}`, {
      metadata: {
        namespace: MESH,
        generation: 1,
        labels: { app: 'istiod', 'istio.io/rev': revision },
      },
      spec: {
        replicas: 1,
        template: { spec: { containers: [{ name: 'discovery', image: 'istio/pilot:1.26.1' }] } },
      },
      status: {
        observedGeneration: 1,
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: 1,
        availableReplicas: 1,
      },
    }),
  );
  placeInjector(cluster, revision);
}

function placeNamespace(name: string, revision: string): void {
  cluster.place(namespaceObject(name, { 'istio.io/rev': revision }));
}

interface Placement {
  readonly image: string;
  readonly revision?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A StatefulSet with one ready pod of that proxy. */
function placeWorkload(name: string, placement: Placement): void {
  const { image, revision = 'stable', namespace = 'shop', annotations = {} } = placement;
  const live = cluster.place(
    workloadObject('StatefulSet', name, {
      metadata: { namespace, generation: 1 },
      spec: { replicas: 1, template: { metadata: { annotations, labels: { app: name } } } },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    }),
  );
  const pod = podObject(`${name}-0`, revision, {
    metadata: {
      namespace,
      ownerReferences: [owner('StatefulSet', name, live.metadata.uid ?? '')],
    },
    spec: {
      containers: [
        { name: 'app', image: 'app:1' },
        { name: 'istio-proxy', image },
      ],
    },
  });
  cluster.place(pod);
}

/** The fake with injectors: a pod that is asked for by a dry run comes back with a proxy. */
function access(): ClusterAccess {
  return accessTo({
    ...cluster,
    create: async (object, options) => {
      const revision = object.metadata.labels?.['istio.io/rev'] ?? '';
      const image = rendered[revision];
      if (object.kind !== 'Pod' || image === undefined) return cluster.create(object, options);
      expect(options).toEqual({ dryRun: true });
      return injected(object, revision, image);
    },
  });
}

function injected(pod: KubernetesObject, revision: string, image: string): KubernetesObject {
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { 'istio.io/rev': revision } },
    spec: { containers: [{ name: 'istio-proxy', image }] },
  };
}

async function plan(request: Partial<RefreshRequest> = {}): Promise<Planned> {
  const { planned } = await compileRefresh(access(), {
    request: { apiVersion: API_VERSION, cluster: 'demo', overrides: [], ...request },
    policy: samplePolicy(),
    meshNamespace: MESH,
  });
  return planned;
}

async function planOf(request: Partial<RefreshRequest> = {}): Promise<UpgradePlan> {
  const planned = await plan(request);
  if (planned.kind === 'plan') return planned.plan;
  throw new Error(`expected a plan, found ${JSON.stringify(planned)}`);
}

/** Names of what the plan's waves restart. */
async function restarted(request: Partial<RefreshRequest> = {}): Promise<readonly string[]> {
  const { steps } = await planOf(request);
  return steps
    .filter((step): step is StepOf<'wave'> => step.kind === 'wave')
    .flatMap(({ workloads }) => workloads.map(({ namespace, name }) => `${namespace}/${name}`));
}

function codesOf({
  findings,
}: {
  readonly findings: readonly { readonly code: string }[];
}): string[] {
  return findings.map(({ code }) => code);
}

describe('the plan of a refresh', () => {
  it('restarts what has an older proxy than its control plane renders, under the same revision', async () => {
    placeWorkload('web', { image: `${HUB}:1.26.1` });

    expect(await planOf()).toMatchObject({
      strategy: 'refresh',
      from: { revision: 'stable', version: '1.26.0' },
      to: { revision: 'stable', version: '1.26.1' },
    });
    expect(await restarted()).toEqual(['shop/cart']);
    expect(cluster.writes).toEqual([]);
  });

  it('goes by what the injector renders, not by the image of istiod', async () => {
    rendered = { stable: `${HUB}:1.26.0` };

    const planned = await plan();

    expect(planned).toMatchObject({ kind: 'nothing-to-do' });
    expect(planned.kind === 'nothing-to-do' && codesOf(planned)).toEqual(['ProxiesCurrent']);
  });

  it('is the same whenever nothing changed, and another when the injector does', async () => {
    const digests = [await plan(), await plan()].map((each) => each.kind === 'plan' && each.digest);
    expect(digests[0]).toBe(digests[1]);

    rendered = { stable: `${HUB}:1.26.2` };

    const later = await plan();
    expect(later).toMatchObject({ kind: 'plan' });
    expect(later.kind === 'plan' && later.digest).not.toBe(digests[0]);
  });

  it('names what keeps an old proxy, with the reason', async () => {
    placeWorkload('pinned', {
      image: `${HUB}:1.26.0`,
      annotations: { 'sidecar.istio.io/proxyImage': `${HUB}:1.26.0` },
    });
    placeWorkload('digest', { image: `${HUB}@sha256:${'a'.repeat(64)}` });

    const { findings, steps } = await planOf();

    expect(codesOf({ findings })).toEqual(
      expect.arrayContaining(['ProxyStays', 'ProxyAgeUnknown']),
    );
    expect(await restarted()).toEqual(['shop/cart']);
    const wave = steps.find(({ kind }) => kind === 'wave') as StepOf<'wave'>;
    expect(wave.left.map(({ name }) => name).toSorted()).toEqual(['digest', 'pinned']);
  });

  it('is refused while an injector does not answer: nobody knows what is old', async () => {
    rendered = {};

    expect(await plan()).toMatchObject({
      kind: 'blocked',
      findings: expect.arrayContaining([expect.objectContaining({ code: 'ProxyNotRendered' })]),
    });
  });
});

describe('with older proxies of two revisions', () => {
  beforeEach(() => {
    placeRevision('next');
    placeNamespace('billing', 'next');
    placeWorkload('ledger', { image: `${HUB}:1.27.0`, revision: 'next', namespace: 'billing' });
    rendered = { stable: `${HUB}:1.26.1`, next: `${HUB}:1.27.1` };
  });

  it('a refresh asks for one of them', async () => {
    expect(await plan()).toMatchObject({
      kind: 'blocked',
      findings: [expect.objectContaining({ code: 'RefreshNeedsRevision' })],
    });
  });

  it.each([
    ['stable', ['shop/cart']],
    ['next', ['billing/ledger']],
  ])('named %s, it is about that one', async (revision, expected) => {
    expect(await restarted({ revision })).toEqual(expected);
  });

  it('a revision that injects nothing here is refused, not taken for one without old proxies', async () => {
    expect(await plan({ revision: 'nxet' })).toMatchObject({
      kind: 'blocked',
      findings: expect.arrayContaining([
        expect.objectContaining({
          code: 'RefreshNeedsRevision',
          message: expect.stringContaining('found nxet'),
        }),
      ]),
    });
  });
});
