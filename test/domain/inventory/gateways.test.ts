import { describe, expect, it } from '@jest/globals';
import {
  interpretGateways,
  type GatewaySources,
} from '../../../src/domain/inventory/interpret-gateways.ts';
import { interpretNodeAgents } from '../../../src/domain/inventory/interpret-node-agents.ts';
import { interpretService } from '../../../src/domain/inventory/interpret-services.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { workloadObject } from '../../support/kubernetes-objects.ts';

function gateways(workloads: readonly KubernetesObject[], more: Partial<GatewaySources> = {}) {
  return interpretGateways({ workloads, services: [], pods: [], links: [], ...more });
}

function deployment(labels: object, template: object = {}): KubernetesObject {
  return workloadObject('Deployment', 'gw', {
    metadata: { labels: { ...labels } },
    spec: { replicas: 2, template },
  });
}

const INJECTED = {
  metadata: {
    labels: { istio: 'ingress', 'istio.io/rev': '1-26-1' },
    annotations: { 'inject.istio.io/templates': 'gateway' },
  },
};

function service(selector: Readonly<Record<string, string>> | undefined, namespace = 'shop') {
  return interpretService({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'gw',
      namespace,
      uid: 'uid-svc',
      annotations: { team: 'web', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    spec: { type: 'LoadBalancer', ...(selector === undefined ? {} : { selector }) },
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }, { hostname: 'lb.example.com' }] } },
  });
}

describe('a gateway', () => {
  it.each([
    ['profile', { 'operator.istio.io/component': 'IngressGateways' }, INJECTED],
    ['injected', {}, INJECTED],
    ['gateway-api', { 'gateway.networking.k8s.io/gateway-name': 'web' }, {}],
    [
      'waypoint',
      {
        'gateway.networking.k8s.io/gateway-name': 'waypoint',
        'gateway.istio.io/managed': 'istio.io-mesh-controller',
      },
      {},
    ],
    [
      'profile',
      {},
      { spec: { containers: [{ name: 'istio-proxy', image: 'p:1', args: ['proxy', 'router'] }] } },
    ],
  ])('is told to be %s by its marks %#', (kind, labels, template) => {
    expect(gateways([deployment(labels, template)])).toMatchObject([{ kind, replicas: 2 }]);
  });

  it('is not any workload with a sidecar', () => {
    const sidecar = { spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] } };
    const other = { metadata: { annotations: { 'inject.istio.io/templates': 'sidecar' } } };

    expect(gateways([deployment({}, INJECTED)])).toHaveLength(1);
    expect(gateways([deployment({}, sidecar), deployment({}, other)])).toEqual([]);
  });

  it('has the Services that select its pods, with their addresses', () => {
    const [gateway] = gateways([deployment({}, INJECTED)], {
      services: [service({ istio: 'ingress' })],
    });

    expect(gateway?.services).toEqual([
      {
        name: 'gw',
        uid: 'uid-svc',
        type: 'LoadBalancer',
        addresses: ['203.0.113.7', 'lb.example.com'],
        annotations: { team: 'web' },
      },
    ]);
  });

  it.each([
    ['selects others', service({ istio: 'other' })],
    ['selects nothing', service({})],
    ['has no selector', service(undefined)],
    ['stands in another namespace', service({ istio: 'ingress' }, 'web')],
  ])('has no Service that %s', (_, other) => {
    expect(gateways([deployment({}, INJECTED)], { services: [other] })[0]?.services).toEqual([]);
  });

  it('is of the revision that its template asks for while it has no pods', () => {
    expect(gateways([deployment({}, INJECTED)])[0]?.revision).toBe('1-26-1');
  });
});

describe('an agent on the nodes', () => {
  const daemonSet = (name: string, labels: object = {}): KubernetesObject =>
    workloadObject('DaemonSet', name, {
      metadata: { labels: { ...labels } },
      spec: { template: { spec: { containers: [{ name: 'a', image: 'r/x:1.26.1-distroless' }] } } },
      status: { desiredNumberScheduled: 3, numberReady: 2 },
    });

  it.each([
    ['ztunnel', daemonSet('ztunnel')],
    ['ztunnel', daemonSet('z', { app: 'ztunnel' })],
    ['cni', daemonSet('istio-cni-node')],
    ['cni', daemonSet('c', { 'operator.istio.io/component': 'Cni' })],
  ])('is told to be %s', (kind, workload) => {
    expect(interpretNodeAgents([workload])).toEqual([
      {
        kind,
        namespace: 'shop',
        name: workload.metadata.name,
        version: '1.26.1',
        desired: 3,
        ready: 2,
      },
    ]);
  });

  it('is not any DaemonSet', () => {
    expect(interpretNodeAgents([daemonSet('audit-agent')])).toEqual([]);
  });
});
