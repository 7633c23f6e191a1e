import { describe, expect, it } from '@jest/globals';
import { featureFindings, nameFeatures } from '../../../src/domain/drift/feature-findings.ts';
import { nameComponents } from '../../../src/domain/drift/feature-names.ts';
import {
  detectFeatures,
  type Feature,
  type RenderPair,
} from '../../../src/domain/drift/features.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { kubernetesObject } from '../../installers/support.ts';

interface Settings {
  readonly mesh?: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly resources?: object;
  readonly isScaled?: boolean;
}

/** What a version renders of these settings; objects bear the revision in their names. */
function render(revision: string, settings: Settings): readonly KubernetesObject[] {
  const { mesh = '', env = [], resources = {}, isScaled = true } = settings;
  const name = (base: string): string => `${base}-${revision}`;
  return [
    kubernetesObject('ConfigMap', name('istio'), {
      data: { mesh: `discoveryAddress: istiod-${revision}:15012\n${mesh}` },
    }),
    kubernetesObject('Deployment', name('istiod'), {
      spec: { template: { spec: { containers: [{ name: 'discovery', env, resources }] } } },
    }),
    ...(isScaled ? [kubernetesObject('HorizontalPodAutoscaler', name('istiod'))] : []),
  ];
}

const OLD = '1-25-1';
const NEW = '1-26-1';

function pair(revision: string, configured: Settings, untouched: Settings = {}): RenderPair {
  return {
    revision,
    configured: render(revision, configured),
    untouched: render(revision, untouched),
  };
}

function linesOf(features: readonly Feature[]): readonly string[] {
  return features.map(({ name, outcome }) => `${name}: ${outcome}`);
}

const CASES: readonly {
  readonly name: string;
  readonly settings: Settings;
  readonly then?: Settings;
  readonly byThen?: Settings;
  readonly lines: readonly string[];
}[] = [
  {
    name: 'of the mesh configuration',
    settings: { mesh: 'accessLogFile: /dev/stdout\nenableTracing: true' },
    lines: ['access log: returns', 'tracing: returns'],
  },
  {
    name: 'that no word is known for, by its setting',
    settings: { mesh: 'trustDomain: example' },
    lines: ['mesh configuration trustDomain: returns'],
  },
  {
    name: 'of the environment of istiod',
    settings: { env: [{ name: 'PILOT_X', value: '1' }] },
    lines: ['variable PILOT_X of istiod: returns'],
  },
  {
    name: 'of what istiod may use',
    settings: { resources: { requests: { cpu: '2' } } },
    lines: ['resources of istiod: returns'],
  },
  {
    name: 'that is switched off',
    settings: { isScaled: false },
    lines: ['autoscaling of istiod off: returns'],
  },
  {
    name: 'that is switched off, and on again in the target',
    settings: { isScaled: false },
    then: { isScaled: true },
    lines: ['autoscaling of istiod off: lost'],
  },
  {
    name: 'that makes no difference in the target',
    settings: { mesh: 'accessLogFile: /dev/stdout' },
    then: {},
    lines: ['access log: lost'],
  },
  {
    name: 'that the target has by itself',
    settings: { mesh: 'accessLogFile: /dev/stdout' },
    byThen: { mesh: 'accessLogFile: /dev/stdout' },
    lines: ['access log: returns'],
  },
  {
    name: 'that the target writes in another way',
    settings: { resources: { requests: { cpu: '2' } } },
    then: { resources: { requests: { cpu: '2000m' } } },
    lines: ['resources of istiod: returns'],
  },
];

describe('a feature', () => {
  it.each(CASES)('$name', ({ settings, then = settings, byThen, lines }) => {
    expect(detectFeatures(pair(OLD, {}), pair(NEW, {}))).toEqual([]);
    expect(linesOf(detectFeatures(pair(OLD, settings), pair(NEW, then, byThen)))).toEqual(lines);
  });

  it('is found from a revision without a name to one with a name', () => {
    const unnamed = (settings: Settings): readonly KubernetesObject[] =>
      render('x', settings).map((object) => ({
        ...object,
        metadata: { ...object.metadata, name: object.metadata.name.replace('-x', '') },
      }));
    const settings = { mesh: 'accessLogFile: /dev/stdout' };
    const running = { revision: 'default', configured: unnamed(settings), untouched: unnamed({}) };

    expect(linesOf(detectFeatures(running, pair(NEW, settings)))).toEqual(['access log: returns']);
  });
});

describe('a feature that is lost', () => {
  const lost = detectFeatures(pair(OLD, { mesh: 'accessLogFile: /dev/stdout' }), pair(NEW, {}));
  const digest = (text: string): string => `digest of ${text.length}`;

  it('has to be accepted by its name, and says what is there and what will be', () => {
    const [finding, ...others] = featureFindings(lost, { target: '1.26.1', digest });

    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      code: 'FeatureLost',
      severity: 'overridable',
      subject: 'ConfigMap istio-system/istio-1-25-1 data.mesh.accessLogFile',
    });
    expect(finding?.message).toContain('"/dev/stdout" now (by itself nothing), nothing then');
  });

  it('is the only one that is told', () => {
    const returns = lost.map((feature): Feature => ({ ...feature, outcome: 'returns' }));

    expect(featureFindings(returns, { target: '1.26.1', digest })).toEqual([]);
  });
});

it('what is installed beside the control plane is named by its component', () => {
  const labelled = (kind: string, name: string, component: string): KubernetesObject =>
    kubernetesObject(kind, name, {
      metadata: { labels: { 'operator.istio.io/component': component } },
    });

  const names = nameFeatures(
    [],
    [
      ...nameComponents([
        labelled('Deployment', 'istiod', 'Pilot'),
        labelled('Deployment', 'istio-egressgateway', 'EgressGateways'),
        labelled('DaemonSet', 'istio-cni-node', 'Cni'),
      ]),
    ],
  );

  expect(names).toEqual([
    'CNI (DaemonSet istio-system/istio-cni-node)',
    'egress gateway (Deployment istio-system/istio-egressgateway)',
  ]);
});
