import { describe, expect, it } from '@jest/globals';
import { surveyMeshTargets } from '../../src/activities/survey-mesh-targets.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { KNOWN_VERSIONS } from '../../src/domain/version/known-versions.ts';
import { createFakeKubernetes } from '../support/fake-kubernetes.ts';
import { version } from '../support/sample-mesh.ts';

const INSTALLER = {
  id: 'istioctl',
  capabilities: { strategies: ['canary'], revisionTags: 'managed-here', ownsCrds: true },
  versions: () => ['1.25.1', '1.26.1'].map(version),
} as const;

function istiod(
  revision: string | undefined,
  image: string,
  metadata: Partial<KubernetesObject['metadata']> = {},
): KubernetesObject {
  const labels = {
    app: 'istiod',
    ...(revision === undefined ? {} : { 'istio.io/rev': revision }),
    ...metadata.labels,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    spec: { template: { spec: { containers: [{ name: 'discovery', image }] } } },
    metadata: {
      name: revision === undefined ? 'istiod' : `istiod-${revision}`,
      namespace: 'istio-system',
      ...metadata,
      labels,
    },
  };
}

const BY_ISTIOCTL = { labels: { 'operator.istio.io/managed': 'Reconcile' } };

async function survey(...deployments: readonly KubernetesObject[]) {
  const kubernetes = createFakeKubernetes();
  for (const deployment of deployments) kubernetes.place(deployment);
  const found = await surveyMeshTargets(kubernetes, INSTALLER, {
    cluster: 'demo',
    meshNamespace: 'istio-system',
    versions: KNOWN_VERSIONS,
    today: '2026-03-01',
  });
  expect(kubernetes.writes).toEqual([]);
  return found;
}

describe('where a mesh can go', () => {
  it('is read from its istiod Deployments and the installer alone', async () => {
    const found = await survey(istiod('1-25-1', 'docker.io/istio/pilot:1.25.1', BY_ISTIOCTL));

    expect(found).toMatchObject({
      cluster: 'demo',
      kubernetesVersion: 'v1.33.1',
      from: [{ revision: '1-25-1', version: '1.25.1', installer: 'istioctl' }],
      obstacles: [],
      targets: [
        { version: '1.26.1', canary: { verdict: 'allowed', offered: true } },
        { version: '1.25.1', direction: 'same' },
      ],
    });
  });

  it.each([
    ['istioctl', BY_ISTIOCTL],
    ['helm', { annotations: { 'meta.helm.sh/release-name': 'istiod' } }],
    [
      'sail',
      {
        ownerReferences: [
          { apiVersion: 'sailoperator.io/v1', kind: 'IstioRevision', name: 'default', uid: 'u' },
        ],
      },
    ],
    ['unknown', {}],
  ])('goes by the rules of who installed it: %s', async (installer, metadata) => {
    const { rules, targets } = await survey(istiod('a', 'istio/pilot:1.25.1', metadata));

    expect(rules.installer).toBe(installer);
    expect(targets[0]?.canary.offered).toBe(installer === 'istioctl');
  });

  it('is nowhere from a control plane whose image tag says no version', async () => {
    const { from, targets } = await survey(istiod(undefined, 'istio/pilot:latest', BY_ISTIOCTL));

    expect(from).toEqual([{ revision: 'default', installer: 'istioctl' }]);
    expect(targets.map(({ canary }) => canary.verdict)).toEqual(['unknown', 'unknown']);
  });

  it('is nowhere without a control plane', async () => {
    const { from, obstacles } = await survey();

    expect(from).toEqual([]);
    expect(obstacles).toMatchObject([{ code: 'MeshNotFound' }]);
  });
});
