import { describe, expect, it } from '@jest/globals';
import type { JsonObject, KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { isJsonObject } from '../../src/installers/istioctl/json.ts';
import { asComponentSettings } from '../../src/installers/istioctl/recovery/component-settings.ts';
import { deploymentValues } from '../../src/installers/istioctl/recovery/pilot-deployment.ts';
import { scalingValues } from '../../src/installers/istioctl/recovery/pilot-scaling.ts';
import { recoverySourceRefs } from '../../src/installers/istioctl/recovery-sources.ts';
import {
  injectorValues,
  meshConfig,
  recordedValues,
  UnreadableConfigurationError,
} from '../../src/installers/istioctl/recovery/values.ts';
import { kubernetesObject } from './support.ts';

const pilot = (values: JsonObject): JsonObject => ({ values: { pilot: values } });
const k8s = (settings: JsonObject): JsonObject => ({ components: { pilot: { k8s: settings } } });

function jsonOf(value: object): JsonObject {
  if (!isJsonObject(value)) throw new Error('expected an object');
  return value;
}

describe('values of a revision', () => {
  const injector = (values: object): KubernetesObject =>
    kubernetesObject('ConfigMap', 'istio-sidecar-injector', {
      data: { values: JSON.stringify(values) },
    });
  const record = (values: object): KubernetesObject =>
    kubernetesObject('ConfigMap', 'values', {
      data: { 'original-values': JSON.stringify(values) },
    });
  const defaults = {
    revision: '1-25-1',
    global: {
      hub: 'docker.io/istio',
      tag: '1.25.1',
      proxy: { logLevel: 'warning', image: 'proxyv2' },
    },
  };

  it('are those that its version does not have by itself: the next version has its own defaults', () => {
    const installed = {
      ...defaults,
      global: {
        ...defaults.global,
        hub: 'registry.example.com',
        proxy: { ...defaults.global.proxy, logLevel: 'debug' },
      },
    };

    expect(injectorValues(injector(installed), injector(defaults))).toEqual({
      spec: { values: { global: { hub: 'registry.example.com', proxy: { logLevel: 'debug' } } } },
      unknowns: [],
    });
  });

  it('do not hold images of the old version, and say so', () => {
    const installed = { ...defaults, global: { ...defaults.global, tag: '1.25.1-ours' } };

    const { spec, unknowns } = injectorValues(injector(installed), injector(defaults));

    expect(spec).toEqual({});
    expect(unknowns).toEqual([expect.stringContaining('"1.25.1-ours"')]);
  });

  it('do not hold tags, which would move at the install, and say so', () => {
    const installed = { ...defaults, revisionTags: ['prod'], defaultRevision: '1-25-1' };

    const { spec, unknowns } = recordedValues(record(installed), record(defaults));

    expect(spec).toEqual({});
    expect(unknowns).toHaveLength(2);
  });

  it('hold the mesh configuration where they are on record', () => {
    const installed = { ...defaults, meshConfig: { accessLogFile: '/dev/stdout' } };

    expect(recordedValues(record(installed), record(defaults)).spec).toEqual({
      meshConfig: { accessLogFile: '/dev/stdout' },
    });
  });

  it.each([
    ['is missing', {}],
    ['is not YAML', { values: '{' }],
    ['is a list', { values: '[]' }],
  ])('cannot be read when the key %s', (_what, data) => {
    const broken = kubernetesObject('ConfigMap', 'istio-sidecar-injector', { data });

    expect(() => injectorValues(broken, injector(defaults))).toThrow(UnreadableConfigurationError);
  });
});

describe('mesh configuration', () => {
  const istio = (mesh: string): KubernetesObject =>
    kubernetesObject('ConfigMap', 'istio', { data: { mesh } });
  const rendered = istio(
    'rootNamespace: istio-system\ndefaultProviders:\n  metrics: [prometheus]\n',
  );

  it('is what differs from the render, lists as a whole', () => {
    const live = istio(
      'rootNamespace: istio-system\naccessLogFile: /dev/stdout\ndefaultProviders:\n  metrics: [a, b]\n',
    );

    expect(meshConfig(live, rendered).spec).toEqual({
      meshConfig: { accessLogFile: '/dev/stdout', defaultProviders: { metrics: ['a', 'b'] } },
    });
  });

  it('without providers means that telemetry is off', () => {
    expect(meshConfig(istio('rootNamespace: istio-system\n'), rendered).spec).toEqual({
      values: { telemetry: { enabled: false } },
    });
  });
});

const deployment = (container: object, pod: object = {}, meta: object = {}): JsonObject =>
  jsonOf({
    spec: {
      template: {
        metadata: meta,
        spec: { ...pod, containers: [{ name: 'discovery', ...container }] },
      },
    },
  });
const env = (...pairs: (readonly [string, string])[]): object => ({
  env: pairs.map(([name, value]) => ({ name, value })),
});

const CARRIED_OVER: readonly (readonly [string, JsonObject, JsonObject, JsonObject])[] = [
  ['nothing', deployment(env(['A', '1'])), deployment(env(['A', '1'])), {}],
  ['a variable', deployment(env(['A', '1'])), deployment({}), pilot({ env: { A: '1' } })],
  [
    'an empty variable',
    deployment({ env: [{ name: 'A' }] }),
    deployment({}),
    pilot({ env: { A: '' } }),
  ],
  [
    'the sampling',
    deployment(env(['PILOT_TRACE_SAMPLING', '5'])),
    deployment(env(['PILOT_TRACE_SAMPLING', '1'])),
    pilot({ traceSampling: 5 }),
  ],
  [
    'a variable of the chart',
    deployment(env(['PLATFORM', 'gke'])),
    deployment(env(['PLATFORM', ''])),
    k8s({ env: [{ name: 'PLATFORM', value: 'gke' }] }),
  ],
  [
    'a variable from elsewhere',
    deployment({ env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }] }),
    deployment({}),
    k8s({ env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }] }),
  ],
  [
    'resources, not the same ones written otherwise',
    deployment({
      resources: { requests: { cpu: '500m', memory: '2Gi' }, limits: { memory: '4Gi' } },
    }),
    deployment({ resources: { requests: { cpu: '500m', memory: '2048Mi' } } }),
    pilot({ resources: { limits: { memory: '4Gi' } } }),
  ],
  [
    'arguments',
    deployment({ args: ['discovery', '--keepaliveMaxServerConnectionAge', '10m', '--more'] }),
    deployment({ args: ['discovery', '--keepaliveMaxServerConnectionAge', '30m'] }),
    pilot({ keepaliveMaxServerConnectionAge: '10m', extraContainerArgs: ['--more'] }),
  ],
  [
    'tolerations beyond the chart’s own',
    deployment({}, { tolerations: [{ key: 'cni' }, { key: 'dedicated' }] }),
    deployment({}, { tolerations: [{ key: 'cni' }] }),
    pilot({ tolerations: [{ key: 'dedicated' }] }),
  ],
  [
    'a priority',
    deployment({}, { priorityClassName: 'high' }),
    deployment({}),
    k8s({ priorityClassName: 'high' }),
  ],
  [
    'annotations, but no restart',
    deployment({}, {}, { annotations: { 'kubectl.kubernetes.io/restartedAt': 'x', team: 'mesh' } }),
    deployment({}),
    pilot({ podAnnotations: { team: 'mesh' } }),
  ],
  [
    'a registry',
    deployment({ image: 'reg.example.com:5000/a/pilot:1.25.1' }),
    deployment({ image: 'docker.io/istio/pilot:1.25.1' }),
    pilot({ hub: 'reg.example.com:5000/a' }),
  ],
  [
    'a variant',
    deployment({ image: 'h/pilot:1.25.1-distroless' }),
    deployment({ image: 'h/pilot:1.25.1' }),
    pilot({ variant: 'distroless' }),
  ],
];

describe('settings of the Deployment', () => {
  it.each(CARRIED_OVER)('carries over %s', (_what, live, rendered, spec) => {
    expect(deploymentValues(live, rendered)).toEqual({ spec, unknowns: [] });
  });

  it('does not carry over an image of its own, and says so', () => {
    const own = deployment({ image: 'h/pilot:1.25.1-ours' });

    expect(deploymentValues(own, deployment({ image: 'h/pilot:1.25.1' }))).toEqual({
      spec: {},
      unknowns: [expect.stringContaining('h/pilot:1.25.1-ours')],
    });
  });
});

describe('scaling', () => {
  const facts = (
    replicas: number | undefined,
    hpa?: JsonObject,
  ): Parameters<typeof scalingValues>[0] => ({
    deployment: replicas === undefined ? { spec: {} } : { spec: { replicas } },
    autoscaler: hpa === undefined ? undefined : { spec: hpa },
    disruptionBudget: undefined,
  });
  const chart = facts(undefined, { minReplicas: 1, maxReplicas: 5 });

  it.each<[string, ReturnType<typeof facts>, JsonObject]>([
    ['the same', facts(3, { minReplicas: 1, maxReplicas: 5 }), {}],
    [
      'other bounds',
      facts(3, { minReplicas: 2, maxReplicas: 7 }),
      pilot({ autoscaleMin: 2, autoscaleMax: 7 }),
    ],
    ['no autoscaler', facts(2), pilot({ autoscaleEnabled: false, replicaCount: 2 })],
    ['no autoscaler and one replica', facts(1), pilot({ autoscaleEnabled: false })],
  ])('reads %s', (_what, live, spec) => {
    expect(scalingValues(live, chart).spec).toEqual(spec);
  });
});

describe('asComponentSettings', () => {
  it('turns values that are not on record into settings laid over the render', () => {
    const spec = {
      ...pilot({
        env: { A: '1' },
        autoscaleMax: 7,
        resources: { limits: { cpu: '1' } },
        volumes: [],
      }),
      ...k8s({ env: [{ name: 'B', value: '2' }] }),
    };

    expect(asComponentSettings({ spec, unknowns: ['x'] })).toEqual({
      spec: {
        ...pilot({ volumes: [] }),
        ...k8s({
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
          hpaSpec: { maxReplicas: 7 },
          resources: { limits: { cpu: '1' } },
        }),
      },
      unknowns: ['x'],
    });
  });
});

describe('recoverySourceRefs', () => {
  it.each([
    ['1-26-1', 'istiod-1-26-1'],
    ['default', 'istiod'],
  ])('of revision %s name the Deployment %s', (revision, name) => {
    expect(recoverySourceRefs(revision, 'istio-system')).toContainEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'istio-system',
      name,
    });
  });
});
