import { describe, expect, it } from '@jest/globals';
import {
  interpretControlPlanes,
  interpretTags,
} from '../../src/domain/mesh/interpret-control-planes.ts';
import {
  chooseRevision,
  selectedRevision,
  selectRevision,
} from '../../src/domain/mesh/select-revision.ts';
import { usersOf } from '../../src/domain/mesh/users-of.ts';
import { mutatingWebhook } from '../support/kubernetes-objects.ts';
import { loosePod, sampleMesh, upgradedMesh, workload } from '../support/sample-mesh.ts';
import type { KubernetesObject, ObjectMeta } from '../../src/domain/kubernetes-object.ts';

const KNOWN = {
  tags: [
    { tag: 'default', revision: '1-25-1' },
    { tag: 'prod', revision: '1-25-1' },
    // A tag may be called like a revision; istiod's own webhook then loses to the tag's.
    { tag: '1-26-1', revision: '1-27-0' },
  ],
  controlPlanes: [{ revision: '1-25-1' }, { revision: '1-26-1' }],
};

describe('by what a namespace gets its proxies', () => {
  it.each([
    [{}, { kind: 'unlabelled' }],
    [{ 'istio.io/rev': 'prod' }, { kind: 'tag', tag: 'prod', revision: '1-25-1' }],
    [{ 'istio.io/rev': 'default' }, { kind: 'tag', tag: 'default', revision: '1-25-1' }],
    [{ 'istio.io/rev': '1-25-1' }, { kind: 'revision', revision: '1-25-1' }],
    [{ 'istio.io/rev': '1-26-1' }, { kind: 'tag', tag: '1-26-1', revision: '1-27-0' }],
    [{ 'istio.io/rev': 'typo' }, { kind: 'nothing', label: 'istio.io/rev=typo' }],
    [{ 'istio.io/rev': '' }, { kind: 'nothing', label: 'istio.io/rev=' }],
    [{ 'istio-injection': 'enabled' }, { kind: 'injection-label', revision: '1-25-1' }],
    [{ 'istio-injection': 'disabled' }, { kind: 'opted-out' }],
    [{ 'istio-injection': 'true' }, { kind: 'nothing', label: 'istio-injection=true' }],
    [
      { 'istio-injection': 'enabled', 'istio.io/rev': '1-26-1' },
      { kind: 'injection-label', revision: '1-25-1' },
    ],
    [{ 'istio-injection': 'disabled', 'istio.io/rev': 'prod' }, { kind: 'opted-out' }],
    [{ app: 'shop' }, { kind: 'unlabelled' }],
  ])('%j → %j', (labels: Record<string, string>, expected) => {
    expect(selectRevision(labels, KNOWN)).toEqual(expected);
  });

  it.each([
    [{ 'istio.io/rev': '1-25-1' }, true],
    [{ 'istio.io/rev': 'prod' }, true],
    [{ 'istio.io/rev': 'typo' }, false],
    [{ 'sidecar.istio.io/inject': 'true' }, true],
    [{ 'sidecar.istio.io/inject': 'true', 'istio.io/rev': 'typo' }, false],
    [{ 'sidecar.istio.io/inject': 'yes' }, false],
    [{}, false],
  ])('or its pods themselves, where it has no label: %j → %s', (labels, expected) => {
    expect(chooseRevision(labels, KNOWN)).toBe(expected);
  });

  it.each([
    [
      'the un-revisioned control plane serves it',
      [{ revision: 'default' }],
      { kind: 'injection-label', revision: 'default' },
    ],
    ['nothing serves it', [{ revision: '1-25-1' }], { kind: 'injection-label' }],
  ])('without a tag default, where %s', (_what, controlPlanes, expected) => {
    expect(selectRevision({ 'istio-injection': 'enabled' }, { tags: [], controlPlanes })).toEqual(
      expected,
    );
  });

  it.each([
    [{ kind: 'tag', tag: 'prod', revision: '1-25-1' }, '1-25-1'],
    [{ kind: 'revision', revision: '1-25-1' }, '1-25-1'],
    [{ kind: 'injection-label', revision: '1-25-1' }, '1-25-1'],
    [{ kind: 'injection-label' }, undefined],
    [{ kind: 'nothing', label: 'istio.io/rev=typo' }, undefined],
    [{ kind: 'opted-out' }, undefined],
    [{ kind: 'unlabelled' }, undefined],
  ] as const)('%j ends at %s', (selection, revision) => {
    expect(selectedRevision(selection)).toBe(revision);
  });
});

function istiod(changes: {
  readonly metadata?: Partial<ObjectMeta>;
  readonly image?: string;
  readonly replicas?: number;
  readonly status?: object;
}): KubernetesObject {
  const { image = 'docker.io/istio/pilot:1.25.1', replicas = 2 } = changes;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'istiod-1-25-1',
      namespace: 'istio-system',
      generation: 3,
      labels: { 'istio.io/rev': '1-25-1', 'operator.istio.io/managed': 'Reconcile' },
      ...changes.metadata,
    },
    spec: {
      replicas,
      template: {
        spec: {
          containers: [
            { name: 'sidecar', image: 'x:9.9.9' },
            { name: 'discovery', image },
          ],
        },
      },
    },
    status: changes.status ?? { observedGeneration: 3, readyReplicas: 2, updatedReplicas: 2 },
  };
}

describe('an istiod Deployment', () => {
  it('is a control plane', () => {
    expect(interpretControlPlanes([istiod({})])).toEqual([
      {
        revision: '1-25-1',
        version: '1.25.1',
        deployment: 'istiod-1-25-1',
        replicas: 2,
        readyReplicas: 2,
        installer: 'istioctl',
      },
    ]);
  });

  it.each([
    ['docker.io/istio/pilot:1.25.1', '1.25.1'],
    ['docker.io/istio/pilot:1.25.1-distroless', '1.25.1'],
    ['docker.io/istio/pilot:1.25.1-debug', '1.25.1'],
    ['docker.io/istio/pilot:1.27.0-rc.1', '1.27.0-rc.1'],
    ['docker.io/istio/pilot:1.27.0-rc.1-distroless', '1.27.0-rc.1'],
    ['registry.local:5000/istio/pilot:1.25.1', '1.25.1'],
    [`registry.local:5000/istio/pilot:1.25.1@sha256:${'a'.repeat(64)}`, '1.25.1'],
    ['docker.io/istio/pilot:latest', undefined],
    ['docker.io/istio/pilot', undefined],
    ['registry.local:5000/istio/pilot', undefined],
    ['gcr.io/asm/pilot:1.19.10-asm.9', '1.19.10-asm.9'],
    ['', undefined],
  ])('of image %s runs version %s', (image, expected) => {
    expect(interpretControlPlanes([istiod({ image })])[0]?.version).toBe(expected);
  });

  it.each([
    ['istioctl', { 'operator.istio.io/managed': 'Reconcile' }, {}],
    ['helm', {}, { 'meta.helm.sh/release-name': 'istiod' }],
    ['unknown', {}, {}],
  ] as const)('is owned by %s by its marks', (installer, labels, annotations) => {
    expect(
      interpretControlPlanes([istiod({ metadata: { labels, annotations } })])[0],
    ).toMatchObject({
      installer,
      revision: 'default',
    });
  });

  it.each([
    ['new pods still come up', { observedGeneration: 3, readyReplicas: 2, updatedReplicas: 1 }, 1],
    [
      'its controller has not seen the change',
      { observedGeneration: 2, readyReplicas: 2, updatedReplicas: 2 },
      0,
    ],
    ['nothing is known', {}, 0],
  ])('counts %s as not ready', (_what, status, ready) => {
    expect(interpretControlPlanes([istiod({})])[0]?.readyReplicas).toBe(2);

    expect(interpretControlPlanes([istiod({ status })])[0]?.readyReplicas).toBe(ready);
  });
});

describe('a webhook configuration', () => {
  it('is a tag when it carries istio.io/tag and a revision', () => {
    const found = interpretTags([
      mutatingWebhook('istio-sidecar-injector-1-25-1', { 'istio.io/rev': '1-25-1' }),
      mutatingWebhook('istio-revision-tag-prod', {
        'istio.io/rev': '1-25-1',
        'istio.io/tag': 'prod',
      }),
      mutatingWebhook('istio-revision-tag-default', {
        'istio.io/rev': '1-25-1',
        'istio.io/tag': 'default',
      }),
      mutatingWebhook('empty', { 'istio.io/rev': '1-25-1', 'istio.io/tag': '' }),
      mutatingWebhook('no-revision', { 'istio.io/tag': 'x' }),
    ]);

    expect(found).toEqual([
      { tag: 'default', revision: '1-25-1', webhook: 'istio-revision-tag-default' },
      { tag: 'prod', revision: '1-25-1', webhook: 'istio-revision-tag-prod' },
    ]);
  });
});

describe('what uses a revision', () => {
  it('is every tag, the default validator, every namespace and every proxy', () => {
    expect(usersOf(sampleMesh({ loosePods: [loosePod()] }), '1-25-1')).toEqual([
      'tag canary-idle points to it',
      'tag default points to it',
      'tag prod-stable points to it',
      'the default validator sends to it',
      'namespace billing selects it',
      'namespace orders selects it',
      'namespace shop selects it',
      '2 pods of Deployment billing/invoices with its proxy',
      '2 pods of StatefulSet billing/ledger with its proxy',
      '2 pods of Deployment orders/intake with its proxy',
      '2 pods of DaemonSet shop/agent with its proxy',
      '2 pods of Deployment shop/cart with its proxy',
      '2 pods of Deployment shop/web with its proxy',
      'pod shop/batch-x runs its proxy',
    ]);
  });

  it('is nothing once the mesh has moved', () => {
    expect(usersOf(upgradedMesh(), '1-25-1')).toEqual([]);
  });

  it('is also a proxy whose revision cannot be told: unknown counts as in use', () => {
    const mesh = {
      ...upgradedMesh(),
      workloads: [workload({ podsByRevision: { '1-26-1': 1, unknown: 1 } })],
      loosePods: [loosePod({ revision: 'unknown' })],
    };

    expect(usersOf(mesh, '1-25-1')).toEqual([
      '1 pod of Deployment shop/cart with its proxy',
      'pod shop/batch-x runs its proxy',
    ]);
  });
});
