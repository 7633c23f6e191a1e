import { describe, expect, it } from '@jest/globals';
import { findDrift, type DriftFacts } from '../../../src/domain/drift/find-drift.ts';
import { appliedByInstaller, kubernetesObject, managedBy } from '../../installers/support.ts';
import { item } from './edited-istiod.ts';

const FAILURE = '.webhooks[name="rev.validation.istio.io"].failurePolicy';
const SELECTOR = '.webhooks[name="namespace.sidecar-injector.istio.io"].namespaceSelector';
const hook = (name: string, fields: object): object => ({
  'f:webhooks': { [item(name)]: fields },
});
const NOISE: readonly {
  readonly name: string;
  readonly kind: string;
  readonly more: (of: 'live' | 'next') => Readonly<Record<string, unknown>>;
  readonly by: (manager: string) => object;
  readonly manager: string;
  readonly conflicts: readonly string[];
}[] = [
  {
    name: 'the failure policy that istiod makes strict',
    kind: 'ValidatingWebhookConfiguration',
    more: (of) => ({
      webhooks: [
        { name: 'rev.validation.istio.io', failurePolicy: of === 'live' ? 'Fail' : 'Ignore' },
      ],
    }),
    by: (manager) =>
      managedBy(manager, 'Update', hook('rev.validation.istio.io', { 'f:failurePolicy': {} })),
    manager: 'pilot-discovery-1.25.1',
    conflicts: [FAILURE],
  },
  {
    name: 'the selectors that istioctl takes away when a tag becomes the default',
    kind: 'MutatingWebhookConfiguration',
    more: (of) => ({
      webhooks: [
        {
          name: 'namespace.sidecar-injector.istio.io',
          namespaceSelector: { matchLabels: { a: of } },
        },
      ],
    }),
    by: (manager) =>
      managedBy(
        manager,
        'Update',
        hook('namespace.sidecar-injector.istio.io', { 'f:namespaceSelector': {} }),
      ),
    manager: 'istioctl-1.25.1',
    conflicts: [SELECTOR],
  },
  {
    name: 'the number of replicas that an autoscaler sets',
    kind: 'Deployment',
    more: (of) => ({ spec: { replicas: of === 'live' ? 3 : 1 } }),
    by: (manager) => ({
      ...managedBy(manager, 'Update', { 'f:spec': { 'f:replicas': {} } }),
      subresource: 'scale',
    }),
    manager: 'kube-controller-manager',
    conflicts: ['.spec.replicas'],
  },
  {
    name: 'the values that are a record for people',
    kind: 'ConfigMap',
    more: (of) => ({ data: { 'merged-values': `of: ${of}` } }),
    by: (manager) => managedBy(manager, 'Apply', { 'f:data': { 'f:merged-values': {} } }),
    manager: 'istio-operator',
    conflicts: [],
  },
  {
    name: 'the address of a Service',
    kind: 'Service',
    more: (of) => ({ spec: { clusterIP: of === 'live' ? '10.0.0.1' : '10.0.0.2' } }),
    by: (manager) => managedBy(manager, 'Apply', { 'f:spec': { 'f:clusterIP': {} } }),
    manager: 'istio-operator',
    conflicts: [],
  },
];

function factsOf(
  { kind, more, by, conflicts }: (typeof NOISE)[number],
  manager: string,
): DriftFacts {
  const old = kubernetesObject(kind, 'x', more('next'));
  const managedFields = [appliedByInstaller({ 'f:metadata': { 'f:labels': {} } }), by(manager)];
  return {
    live: kubernetesObject(kind, 'x', { ...more('live'), metadata: { managedFields } }),
    old,
    oldRender: old,
    next: old,
    conflicts,
  };
}

describe('what is written in normal operation', () => {
  it.each(NOISE)('never counts: $name', (noise) => {
    expect(findDrift(factsOf(noise, noise.manager))).toMatchObject({
      drifts: [],
      needsForce: false,
    });
  });

  it.each(NOISE.filter(({ conflicts, kind }) => conflicts.length > 0 && kind !== 'Deployment'))(
    'counts by whoever else: $name',
    (noise) => {
      expect(findDrift(factsOf(noise, 'kubectl-edit')).needsForce).toBe(true);
    },
  );
});
