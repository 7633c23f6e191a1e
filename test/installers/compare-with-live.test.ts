import { describe, expect, it } from '@jest/globals';
import { compareWithLive } from '../../src/installers/istioctl/compare-with-live.ts';
import { appliedByInstaller, kubernetesObject } from './support.ts';

const deployment = (spec: object, metadata = {}): ReturnType<typeof kubernetesObject> =>
  kubernetesObject('Deployment', 'istiod', { metadata, spec });
const withContainer = (container: object): ReturnType<typeof kubernetesObject> =>
  deployment({ template: { spec: { containers: [{ name: 'discovery', ...container }] } } });

describe('what compareWithLive takes for the same', () => {
  it.each([
    ['defaults', { image: 'x' }, { image: 'x', terminationMessagePath: '/dev/x', ports: [] }],
    [
      'quantities',
      { resources: { limits: { memory: '2048Mi' } } },
      { resources: { limits: { memory: '2Gi' } } },
    ],
    ['an empty variable', { env: [{ name: 'A', value: '' }] }, { env: [{ name: 'A' }] }],
    ['empty objects', { securityContext: {}, tolerations: [] }, {}],
    [
      'variables in another order',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
      {
        env: [
          { name: 'B', value: '2' },
          { name: 'A', value: '1' },
        ],
      },
    ],
  ])('%s', (_what, rendered, live) => {
    expect(compareWithLive(withContainer(rendered), withContainer(live))).toEqual([]);
  });
});

describe('what compareWithLive overlooks', () => {
  it('status, and metadata that the API server keeps', () => {
    const live = deployment({ x: 1 }, { uid: 'u', generation: 7, labels: { added: 'by hand' } });

    expect(compareWithLive(deployment({ x: 1 }), { ...live, status: { replicas: 1 } })).toEqual([]);
  });

  it('mesh configuration in another layout', () => {
    const configMap = (mesh: string): ReturnType<typeof kubernetesObject> =>
      kubernetesObject('ConfigMap', 'istio', { data: { mesh } });

    expect(
      compareWithLive(configMap('a: 1\nb:\n  c: x\n'), configMap('{"b": {"c": "x"},\n"a": 1}')),
    ).toEqual([]);
  });

  it('what istiod patches into its webhooks', () => {
    const validator = (more: object, clientConfig: object): ReturnType<typeof kubernetesObject> =>
      kubernetesObject('ValidatingWebhookConfiguration', 'v', {
        webhooks: [{ name: 'rev.validation.istio.io', clientConfig, ...more }],
      });

    expect(
      compareWithLive(
        validator({ failurePolicy: 'Ignore' }, { caBundle: '' }),
        validator({ failurePolicy: 'Fail' }, { caBundle: 'LS0t' }),
      ),
    ).toEqual([]);
  });

  it('replicas that somebody scaled', () => {
    const managedFields = [appliedByInstaller({ 'f:spec': { 'f:x': {} } })];

    expect(
      compareWithLive(
        deployment({ replicas: 1, x: 1 }),
        deployment({ replicas: 4, x: 1 }, { managedFields }),
      ),
    ).toEqual([]);
  });
});

describe('what compareWithLive finds', () => {
  const at = (path: string): string => `spec.template.spec.containers[name="discovery"]${path}`;

  it.each([
    [
      'a changed value',
      { image: 'a' },
      { image: 'b' },
      { path: at('.image'), rendered: 'a', live: 'b' },
    ],
    [
      'a missing variable',
      { env: [{ name: 'A', value: '1' }] },
      { env: [] },
      { path: at('.env[name="A"]'), rendered: { name: 'A', value: '1' } },
    ],
    [
      'a changed variable',
      { env: [{ name: 'A', value: '1' }] },
      { env: [{ name: 'A', value: '2' }] },
      { path: at('.env[name="A"].value'), rendered: '1', live: '2' },
    ],
    [
      'another argument',
      { args: ['a'] },
      { args: ['a', 'b'] },
      { path: at('.args'), rendered: ['a'], live: ['a', 'b'] },
    ],
    [
      'another quantity',
      { resources: { limits: { cpu: '1' } } },
      { resources: { limits: { cpu: '1100m' } } },
      { path: at('.resources.limits.cpu'), rendered: '1', live: '1100m' },
    ],
  ])('%s', (_what, rendered, live, difference) => {
    expect(compareWithLive(withContainer(rendered), withContainer(live))).toEqual([difference]);
  });
});

describe('what compareWithLive finds beside single values', () => {
  it('a key of the mesh configuration, also one that the render lacks', () => {
    const configMap = (mesh: string): ReturnType<typeof kubernetesObject> =>
      kubernetesObject('ConfigMap', 'istio', { data: { mesh } });

    expect(compareWithLive(configMap('a: 1\nb: 2\n'), configMap('a: 1\nb: 3\nc: 4\n'))).toEqual([
      { path: 'data.mesh.b', rendered: 2, live: 3 },
      { path: 'data.mesh.c', live: 4 },
    ]);
  });

  it('a field that the installer had applied and the render lacks', () => {
    const managedFields = [
      appliedByInstaller({ 'f:spec': { 'f:x': {}, 'f:priorityClassName': {} } }),
    ];

    expect(
      compareWithLive(
        deployment({ x: 1 }),
        deployment({ x: 1, priorityClassName: 'high', other: 1 }, { managedFields }),
      ),
    ).toEqual([{ path: 'spec.priorityClassName', live: 'high' }]);
  });

  it('a label that is another', () => {
    expect(
      compareWithLive(
        deployment({}, { labels: { a: '1' } }),
        deployment({}, { labels: { a: '2' } }),
      ),
    ).toEqual([{ path: 'metadata.labels.a', rendered: '1', live: '2' }]);
  });

  it('replicas that the installer itself holds', () => {
    const managedFields = [appliedByInstaller({ 'f:spec': { 'f:replicas': {} } })];

    expect(
      compareWithLive(deployment({ replicas: 1 }), deployment({ replicas: 4 }, { managedFields })),
    ).toEqual([{ path: 'spec.replicas', rendered: 1, live: 4 }]);
  });
});
