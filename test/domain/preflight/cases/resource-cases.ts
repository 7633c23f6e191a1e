import type { CrdFacts } from '../../../../src/domain/inventory/crd-facts.ts';
import type {
  GatewayFacts,
  NodeAgentFacts,
} from '../../../../src/domain/inventory/gateway-facts.ts';
import { known } from '../../../../src/domain/inventory/known.ts';
import type { SensitiveResource } from '../../../../src/domain/inventory/sensitive-resource.ts';
import { crd } from '../../../support/sample-inventory.ts';
import { without } from '../../../support/without.ts';
import { found, type RuleCase } from '../rule-case.ts';

function withSensitive(...sensitive: readonly SensitiveResource[]) {
  return found({ sensitive: known(sensitive) });
}

function withFilter(...details: readonly string[]) {
  return withSensitive({ subject: 'EnvoyFilter shop/lua', kind: 'envoy-filter', details });
}

function withCrds(...crds: readonly CrdFacts[]) {
  return found({ crds: known(crds) });
}

function gatewayApi(resource: string, served: readonly string[]) {
  return withCrds(crd(`${resource}.gateway.networking.k8s.io`, { served }));
}

const VIRTUAL_SERVICES = 'virtualservices.networking.istio.io';
const GATEWAYS = 'CustomResourceDefinition gateways.gateway.networking.k8s.io';

/** What of this CRD lies in etcd, and what the target brings. */
function storing(stored: readonly string[], targetVersions: readonly string[]) {
  return {
    ...withCrds(crd(VIRTUAL_SERVICES, { stored })),
    targetCrds: [crd(VIRTUAL_SERVICES, { served: targetVersions, storage: 'v1beta1' })],
  };
}

function exposed(annotations: Readonly<Record<string, string>>, kubernetesVersion = 'v1.33.1') {
  return exposedAs('LoadBalancer', annotations, kubernetesVersion);
}

function exposedAs(
  type: string,
  annotations: Readonly<Record<string, string>>,
  kubernetesVersion: string,
) {
  const gateway: GatewayFacts = {
    kind: 'injected',
    namespace: 'ingress',
    name: 'gateway',
    uid: 'uid-gateway',
    replicas: 2,
    services: [{ name: 'gateway', uid: 'uid', type, addresses: ['192.0.2.7'], annotations }],
  };
  return found({ gateways: [gateway] }, { kubernetesVersion });
}

const ACK = 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-delete-protection';
const OLD_ACK = 'service.beta.kubernetes.io/alicloud-loadbalancer-delete-protection';
const AWS = 'service.beta.kubernetes.io/aws-load-balancer-attributes';
const SERVICE = 'Service ingress/gateway';

const CNI: NodeAgentFacts = {
  kind: 'cni',
  namespace: 'istio-system',
  name: 'istio-cni-node',
  version: '1.25.1',
  desired: 3,
  ready: 3,
};
const DAEMON_SET = 'DaemonSet istio-system/istio-cni-node';

function withAgent(agent: NodeAgentFacts) {
  return found({ nodeAgents: [agent] });
}

/** Resources that the next version may read otherwise, and what stands around the mesh. */
export const RESOURCE_CASES: readonly RuleCase[] = [
  {
    code: 'AlphaAnnotation',
    policy: 'tells once of an alpha annotation, however many objects have it',
    given: withSensitive(
      ...['a', 'b', 'c'].map((name): SensitiveResource => ({
        subject: `Deployment shop/${name}`,
        kind: 'alpha-annotation',
        details: ['sidecar.istio.io/logLevel'],
      })),
    ),
    expected: [['info', 'annotation sidecar.istio.io/logLevel']],
    says: 'expected no alpha annotation',
    nearMiss: {
      what: 'a deprecated one',
      given: withSensitive({
        subject: 'Deployment shop/a',
        kind: 'deprecated-annotation',
        details: ['sidecar.istio.io/extraStatTags'],
      }),
    },
  },
  {
    code: 'DeprecatedAnnotation',
    policy: 'tells of each deprecated annotation',
    given: withSensitive({
      subject: 'Deployment shop/a',
      kind: 'deprecated-annotation',
      details: ['sidecar.istio.io/inject', 'sidecar.istio.io/extraStatTags'],
    }),
    expected: [
      ['info', 'annotation sidecar.istio.io/extraStatTags'],
      ['info', 'annotation sidecar.istio.io/inject'],
    ],
    nearMiss: { what: 'none', given: withSensitive() },
  },
  {
    code: 'EnvoyFilterBoundToVersion',
    policy: 'asks about an EnvoyFilter that no proxy of the target matches',
    given: withFilter('^1\\.25.*'),
    expected: [['overridable', 'EnvoyFilter shop/lua']],
    nearMiss: { what: 'one that matches it', given: withFilter('^1\\.2[56].*') },
  },
  {
    code: 'EnvoyFilterBoundToVersion',
    policy: 'tells of an EnvoyFilter with a patch for each version',
    given: withFilter('^1\\.25', '^1\\.26'),
    expected: [['info', 'EnvoyFilter shop/lua']],
    nearMiss: { what: 'one that is not bound to any', given: withFilter() },
  },
  {
    code: 'EnvoyFilterBoundToVersion',
    policy: 'asks about an EnvoyFilter whose pattern cannot be read',
    given: withFilter('(?P<minor>1\\.26)', '^1\\.26'),
    expected: [['overridable', 'EnvoyFilter shop/lua']],
    nearMiss: {
      what: 'a pattern that matches in the midst, as istiod takes it',
      given: withFilter('26'),
    },
  },
  {
    code: 'EnvoyFilterBoundToVersion',
    policy: 'asks about a pattern that is longer than anybody writes, instead of trying it',
    given: withFilter(`${'(1.26.1|'.repeat(40)}x${')'.repeat(40)}`),
    expected: [['overridable', 'EnvoyFilter shop/lua']],
    nearMiss: { what: 'a short one', given: withFilter('(1.26.1|x)') },
  },
  {
    code: 'GatewayApiVersion',
    policy: 'refuses a Gateway API that serves neither v1beta1 nor v1',
    given: gatewayApi('gateways', ['v1alpha2']),
    expected: [['blocking', GATEWAYS]],
    nearMiss: { what: 'one that serves both', given: gatewayApi('gateways', ['v1', 'v1beta1']) },
  },
  {
    code: 'GatewayApiVersion',
    policy: 'asks about a Gateway API without v1beta1',
    given: gatewayApi('gateways', ['v1']),
    expected: [['overridable', GATEWAYS]],
    nearMiss: {
      what: 'one without v1: that is told',
      given: gatewayApi('gateways', ['v1beta1']),
      expected: [['info', GATEWAYS]],
    },
  },
  {
    code: 'GatewayApiVersion',
    policy: 'tells of a GatewayClass without v1',
    given: gatewayApi('gatewayclasses', ['v1beta1']),
    expected: [['info', 'CustomResourceDefinition gatewayclasses.gateway.networking.k8s.io']],
    nearMiss: {
      what: 'a ReferenceGrant, which has no v1',
      given: gatewayApi('referencegrants', ['v1beta1']),
    },
  },
  {
    code: 'StoredVersionMissing',
    policy: 'refuses a target whose CRD lacks a version in which objects may be stored',
    given: storing(['v1beta1', 'v1'], ['v1alpha3', 'v1beta1']),
    expected: [['blocking', `CustomResourceDefinition ${VIRTUAL_SERVICES}`]],
    nearMiss: {
      what: 'one whose CRD has them all',
      given: storing(['v1beta1', 'v1'], ['v1', 'v1beta1']),
    },
  },
  {
    code: 'StoredVersionMissing',
    policy: 'refuses a version that was stored once and is served no more',
    given: storing(['v1alpha1', 'v1beta1'], ['v1', 'v1beta1']),
    expected: [['blocking', `CustomResourceDefinition ${VIRTUAL_SERVICES}`]],
    nearMiss: {
      what: 'a CRD that the target does not bring',
      given: {
        ...withCrds(crd(VIRTUAL_SERVICES, { stored: ['v1alpha1'] })),
        targetCrds: [crd('gateways.networking.istio.io')],
      },
    },
  },
  {
    code: 'LoadBalancerUnprotected',
    policy: 'asks about a load balancer of ACK whose protection is off',
    given: exposed({ [ACK]: 'off' }),
    expected: [['overridable', SERVICE]],
    nearMiss: { what: 'one whose protection is on', given: exposed({ [ACK]: 'on' }) },
  },
  {
    code: 'LoadBalancerUnprotected',
    policy: 'tells of a load balancer of ACK that says nothing, since the default is on',
    given: exposed({}, 'v1.32.1-aliyun.1'),
    expected: [['info', SERVICE]],
    says: 'Alibaba Cloud ACK turns it on by default',
    nearMiss: {
      what: 'one that says so by the old name',
      given: exposed({ [OLD_ACK]: 'on' }, 'v1.32.1-aliyun.1'),
    },
  },
  {
    code: 'LoadBalancerUnprotected',
    policy: 'asks about a load balancer of AWS without the attribute',
    given: exposed({ [AWS]: 'load_balancing.cross_zone.enabled=true' }),
    expected: [['overridable', SERVICE]],
    nearMiss: {
      what: 'one with the attribute among others',
      given: exposed({ [AWS]: 'access_logs.s3.enabled=true,deletion_protection.enabled=true' }),
    },
  },
  {
    code: 'LoadBalancerUnprotected',
    policy: 'asks about a load balancer of EKS that says nothing, since the default is off',
    given: exposed({}, 'v1.33.1-eks-1a2b3c4'),
    expected: [['overridable', SERVICE]],
    nearMiss: {
      what: 'one with the attribute',
      given: exposed({ [AWS]: 'deletion_protection.enabled=true' }, 'v1.33.1-eks-1a2b3c4'),
    },
  },
  {
    code: 'LoadBalancerUnprotected',
    policy: 'tells of a load balancer whose provider is not known',
    given: exposed({}),
    expected: [['info', SERVICE]],
    nearMiss: { what: 'a ClusterIP', given: exposedAs('ClusterIP', {}, 'v1.33.1') },
  },
  {
    code: 'NodeAgentSkew',
    policy: 'refuses a target two minors above the CNI agent',
    given: withAgent({ ...CNI, version: '1.24.3' }),
    expected: [['blocking', DAEMON_SET]],
    nearMiss: {
      what: 'one minor above: that is told',
      given: withAgent(CNI),
      expected: [['info', DAEMON_SET]],
    },
  },
  {
    code: 'NodeAgentSkew',
    policy: 'refuses a target below ztunnel',
    given: withAgent({ ...CNI, kind: 'ztunnel', name: 'ztunnel', version: '1.27.0' }),
    expected: [['blocking', 'DaemonSet istio-system/ztunnel']],
    nearMiss: { what: 'a mesh without agents on the nodes', given: found({ nodeAgents: [] }) },
  },
  {
    code: 'NodeAgentSkew',
    policy: 'asks about an agent whose version cannot be told',
    given: withAgent(without(CNI, 'version')),
    expected: [['overridable', DAEMON_SET]],
    nearMiss: {
      what: 'one at the minor of the target: that is told',
      given: withAgent({ ...CNI, version: '1.26.0' }),
      expected: [['info', DAEMON_SET]],
    },
  },
];
