import { describe, expect, it } from '@jest/globals';
import { assessProxy, assessRollout } from '../../../src/domain/in-place/assess-rollout.ts';
import { hopsTo } from '../../../src/domain/in-place/hops.ts';
import { hopFindings, leftBehindFindings } from '../../../src/domain/in-place/in-place-findings.ts';
import { inPlaceTarget } from '../../../src/domain/in-place/in-place-target.ts';
import {
  compareService,
  identityOfService,
} from '../../../src/domain/in-place/service-identity.ts';
import { known, unknown } from '../../../src/domain/inventory/known.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { comparePlans } from '../../../src/domain/planning/compare-plans.ts';
import { estimatePlan } from '../../../src/domain/planning/estimate-plan.ts';
import { outlinePlan } from '../../../src/domain/planning/outline-plan.ts';
import type { Planned, UpgradePlan } from '../../../src/domain/planning/plan.ts';
import { newProxyOf } from '../../../src/domain/planning/wave-target.ts';
import { undoOrder } from '../../../src/domain/rollout/undo-order.ts';
import { KNOWN_VERSIONS } from '../../../src/domain/version/known-versions.ts';
import { proxyOf, sampleInPlacePlan } from '../../support/sample-in-place.ts';
import { sampleMesh, samplePolicy, version } from '../../support/sample-mesh.ts';

const TO = { revision: 'default', version: '1.26.1' };

describe('the order of an undo', () => {
  const step = (id: string) => ({ id });

  it('is newest first', () => {
    expect(undoOrder(['a', 'b', 'c'].map(step)).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it('begins with what all others rely on', () => {
    const steps = [step('a'), { id: 'b', undoFirst: true as const }, step('c')];

    expect(undoOrder(steps).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  });

  it('is data of a plan in place, which an outline keeps', () => {
    const plan = sampleInPlacePlan({ name: 'demo', uid: 'u' }, samplePolicy());

    const order = undoOrder(outlinePlan(plan, 'sha256:x').steps)
      .filter(({ undo }) => undo === 'restore-prior' || undo === 'undo-wave')
      .map(({ id }) => id);

    expect(order).toEqual(['control-plane', 'wave-2', 'wave-1']);
  });
});

describe('the proxy that a target will render', () => {
  const targetOf = (image: string) => inPlaceTarget('default', known(image), version('1.26.1'));

  it.each([
    ['docker.io/istio/proxyv2:1.25.1', 'docker.io/istio/proxyv2:1.26.1'],
    [
      'mirror:5000/1.25.1/proxyv2:1.25.1-distroless',
      'mirror:5000/1.25.1/proxyv2:1.26.1-distroless',
    ],
  ])('of %s is %s', (image, next) => {
    expect(targetOf(image)).toEqual({
      kind: 'target',
      target: { revision: 'default', image: next, version: '1.26.1', exact: true },
    });
  });

  it.each(['proxyv2:latest', 'proxyv2', 'proxyv2:1.25.1@sha256:abc'])(
    'of %s is not known',
    (image) => {
      expect(targetOf(image).kind).toBe('unknown');
    },
  );

  it('is not known where the injector is silent', () => {
    expect(inPlaceTarget('default', unknown('no answer'), version('1.26.1'))).toEqual({
      kind: 'unknown',
      why: expect.stringContaining('no answer'),
    });
  });
});

describe('a pod in place', () => {
  const { isOn } = newProxyOf({ to: TO }, { target: proxyOf({ to: '1.26.1' }) });
  const pod = (tag: string, revision = 'default') => ({
    revision,
    proxyImage: `docker.io/istio/proxyv2:${tag}`,
  });

  it.each([
    ['1.26.1', true],
    ['1.26.1-distroless', true],
    ['1.25.1', false],
    ['1.27.0', false],
  ])('with a proxy of %s has the new one: %s', (tag, expected) => {
    expect(isOn(pod(tag))).toBe(expected);
  });

  it('of another revision has not', () => {
    expect(isOn(pod('1.26.1', 'other'))).toBe(false);
  });
});

describe('a rollout of istiod', () => {
  const istiod = (image: string, status: object, generation = 2): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'istiod', namespace: 'istio-system', generation },
    spec: { replicas: 2, template: { spec: { containers: [{ name: 'discovery', image }] } } },
    status,
  });
  const DONE = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const statusOf = (status: object, image = 'istio/pilot:1.26.1'): string =>
    assessRollout(istiod(image, status), TO).status;

  it('is done when every istiod is of the version and available', () => {
    expect(statusOf(DONE)).toBe('Healthy');
  });

  it.each([
    ['an old one is left', { ...DONE, replicas: 3 }],
    ['the new ones are not available', { ...DONE, availableReplicas: 1 }],
    ['not all are new', { ...DONE, updatedReplicas: 1 }],
    ['its controller has not seen it', { ...DONE, observedGeneration: 1 }],
  ])('goes on while %s', (_what, status) => {
    expect(statusOf(status)).toBe('Progressing');
  });

  it('is none where the Deployment asks for another version', () => {
    expect(statusOf(DONE, 'istio/pilot:1.25.1')).toBe('Degraded');
  });

  it('is none without a Deployment', () => {
    expect(assessRollout(undefined, TO).status).toBe('Degraded');
  });

  it.each([
    ['istio/proxyv2:1.26.1', 'Healthy'],
    ['istio/proxyv2:1.25.1', 'Progressing'],
    [undefined, 'Progressing'],
  ])('with a pod that would get %s is %s', (image, expected) => {
    expect(assessProxy(image, TO).status).toBe(expected);
  });
});

describe('a Service that must stay', () => {
  const service = (changes: object = {}, uid = 'u1'): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'ingress', namespace: 'gateways', uid },
    spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
    status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }, { hostname: 'a.example' }] } },
    ...changes,
  });
  const planned = identityOfService(service());

  it('is the same with uid, type, clusterIP and addresses in any order', () => {
    const ingress = [{ hostname: 'a.example' }, { ip: '1.2.3.4' }];

    expect(compareService(planned, service({ status: { loadBalancer: { ingress } } }))).toEqual([]);
  });

  it.each([
    ['uid', service({}, 'u2')],
    ['clusterIP', service({ spec: { type: 'LoadBalancer', clusterIP: '10.0.0.2' } })],
    ['type', service({ spec: { type: 'ClusterIP', clusterIP: '10.0.0.1' } })],
    ['addresses', service({ status: {} })],
  ])('is another one by its %s', (what, live) => {
    expect(compareService(planned, live)).toEqual([expect.stringContaining(`${what} was`)]);
  });

  it('may be gone', () => {
    expect(compareService(planned, undefined)).toEqual(['Service gateways/ingress is gone']);
  });
});

describe('the hops to a target', () => {
  const hops = (to: string) => hopsFrom(version('1.25.1'), to);
  const hopsFrom = (from: ReturnType<typeof version> | undefined, to: string) =>
    hopsTo({
      from,
      to: version(to),
      available: ['1.25.1', '1.26.0', '1.26.1', '1.27.0'].map(version),
      versions: KNOWN_VERSIONS,
      kubernetesVersion: 'v1.33.1',
    });

  it.each([
    ['1.26.1', '1.26.1', []],
    ['1.25.2', '1.25.2', []],
    ['1.27.0', '1.26.1', ['1.27.0']],
    ['1.24.0', '1.24.0', []],
    // No release of 1.28: the target is judged as it is.
    ['1.29.0', '1.29.0', []],
  ])('%s begin with %s and go on with %j', (to, next, after) => {
    expect(hops(to)).toEqual({ next, after });
  });

  it('name a later one for which the cluster is too old', () => {
    const hops = hopsTo({
      from: version('1.26.1'),
      to: version('1.28.0'),
      available: ['1.27.0', '1.28.0'].map(version),
      versions: KNOWN_VERSIONS,
      kubernetesVersion: 'v1.29.0',
    });

    expect(hops.tooNew).toEqual([{ version: '1.28.0', kubernetes: '1.30' }]);
    expect(hopFindings(hops, 'v1.29.0')).toEqual([
      expect.objectContaining({ code: 'KubernetesTooOld', subject: 'hop to 1.28.0' }),
    ]);
    expect(hopFindings({}, 'v1.29.0')).toEqual([]);
  });

  it('are not known where no version runs', () => {
    expect(hopsFrom(undefined, '1.27.0')).toEqual({ next: '1.27.0', after: [] });
  });
});

describe('a kept plan in place', () => {
  const mesh = sampleMesh();
  const plan = sampleInPlacePlan({ name: 'demo', uid: mesh.clusterUid }, samplePolicy());
  const now = (changed: UpgradePlan): Planned => ({
    kind: 'plan',
    plan: changed,
    digest: 'sha256:other',
    estimate: estimatePlan(changed, mesh),
  });

  it('is not about tags and labels, which stay as they are', () => {
    expect(mesh.tags.length).toBeGreaterThan(0);

    expect(comparePlans(plan, now(plan), mesh)).toEqual([]);
  });

  it('holds no more when another version runs', () => {
    const from = { ...plan.from, version: '1.25.2' };

    expect(comparePlans(plan, now({ ...plan, from }), mesh)).toEqual([
      expect.objectContaining({ subject: 'plan', path: 'from.version' }),
    ]);
  });
});

describe('what only the running version has', () => {
  const object = (name: string) =>
    ({
      ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'istio-system', name },
      action: 'delete',
    }) as const;

  it('is named and stays', () => {
    const found = leftBehindFindings([object('kept'), object('gone')], [object('kept')], TO);

    expect(found).toEqual([
      expect.objectContaining({
        code: 'ObjectLeftBehind',
        severity: 'info',
        subject: 'ConfigMap istio-system/gone',
      }),
    ]);
  });
});
