import { answerDefaults } from '../../src/domain/inventory/answer-defaults.ts';
import type { BudgetFacts, CapacityFacts } from '../../src/domain/inventory/capacity.ts';
import type { ControlPlaneDetail } from '../../src/domain/inventory/control-plane-detail.ts';
import type { CrdFacts } from '../../src/domain/inventory/crd-facts.ts';
import type { InjectorPolicies } from '../../src/domain/inventory/injector-policy.ts';
import type { MeshInventory } from '../../src/domain/inventory/inventory.ts';
import { known } from '../../src/domain/inventory/known.ts';
import type { NamespaceDetail } from '../../src/domain/inventory/namespace-detail.ts';
import { predictInjection } from '../../src/domain/inventory/predict-injection.ts';
import type { InjectorFacts, ValidatorFacts } from '../../src/domain/inventory/webhook-facts.ts';
import type { LoosePodDetail, WorkloadDetail } from '../../src/domain/inventory/workload-detail.ts';
import type {
  ControlPlane,
  ObservedMesh,
  ObservedWorkload,
} from '../../src/domain/mesh/observed-mesh.ts';
import { injectorOf, tagOf } from '../domain/inventory/injectors.ts';

const GIB = 2 ** 30;
export const SAMPLE_ROOT = 'sha256:r00t';

/** What a reader would have found of this mesh; everything is as it should be. */
export function sampleInventory(
  mesh: ObservedMesh,
  changes: Partial<MeshInventory> = {},
): MeshInventory {
  const injectors = [
    ...mesh.controlPlanes.map(({ revision }) => injectorOf(revision)),
    ...mesh.tags.map(({ tag, revision }) => tagOf(tag, revision)),
  ];
  const validators = validatorsOf(mesh);
  const policies = policiesOf(mesh);
  return {
    mesh,
    controlPlanes: mesh.controlPlanes.map((plane) => controlPlaneDetail(plane)),
    injectors,
    validators,
    defaults: answerDefaults(injectors, validators),
    injectorPolicies: policies,
    namespaces: mesh.namespaces.map(({ name }) => namespaceDetail(name)),
    workloads: mesh.workloads.map((each) => detailOf(each, mesh, { injectors, policies })),
    loosePods: mesh.loosePods.map(({ namespace, name, revision, owner }) => {
      const [ownerKind = '', ownerName = ''] = owner === 'nobody' ? [] : owner.split(' ');
      return loosePodDetail({ namespace, name, revision, ownerKind, ownerName });
    }),
    connectedProxies: known(Object.fromEntries(mesh.controlPlanes.map((one) => [one.revision, 4]))),
    gateways: [],
    nodeAgents: [],
    crds: known([crd('virtualservices.networking.istio.io')]),
    sensitive: known([]),
    budgets: known([budget()]),
    autoscalers: known([]),
    capacity: known(capacity()),
    operators: [],
    unread: [],
    ...changes,
  };
}

export function controlPlaneDetail(
  { revision, version, installer }: ControlPlane,
  changes: Partial<ControlPlaneDetail> = {},
): ControlPlaneDetail {
  return {
    revision,
    installer,
    image: `docker.io/istio/pilot:${version ?? 'latest'}`,
    requests: { milliCpu: 500, memoryBytes: 2 * GIB },
    budget: { name: `istiod-${revision}`, disruptionsAllowed: 1 },
    isRollingOut: false,
    meshConfig: {
      configMap: `istio-${revision}`,
      digest: `sha256:mesh-${revision}`,
      text: `accessLogFile: /dev/stdout\ndefaultConfig:\n  discoveryAddress: istiod-${revision}.istio-system.svc:15012\n`,
    },
    values: { source: 'reconstructed', unknowns: [] },
    rootDigest: SAMPLE_ROOT,
    managers: [],
    ...changes,
  };
}

export function namespaceDetail(
  name: string,
  changes: Partial<NamespaceDetail> = {},
): NamespaceDetail {
  return { name, hasBothLabels: false, rootDigest: SAMPLE_ROOT, managers: [], ...changes };
}

export function workloadDetail(changes: Partial<WorkloadDetail> = {}): WorkloadDetail {
  const { kind = 'Deployment', namespace = 'shop', name = 'cart' } = changes;
  return {
    kind,
    namespace,
    name,
    uid: `uid-${namespace}-${name}`,
    replicas: 2,
    podsWithProxy: 2,
    podsWithoutProxy: 0,
    nativeSidecars: 0,
    proxyImages: { 'docker.io/istio/proxyv2:1.25.1': 2 },
    actualRevision: '1-25-1',
    prediction: {
      kind: 'injected',
      revision: '1-25-1',
      webhook: 'istio-revision-tag-prod-stable/rev.namespace.sidecar-injector.istio.io',
    },
    requests: { milliCpu: 150, memoryBytes: GIB / 8 },
    surge: kind === 'Deployment' ? 1 : 0,
    podLabels: { app: name },
    updateStrategy: 'RollingUpdate',
    isHostNetwork: false,
    isGateway: false,
    ...changes,
  };
}

export function loosePodDetail(changes: Partial<LoosePodDetail> = {}): LoosePodDetail {
  const { namespace = 'shop', name = 'lone' } = changes;
  return {
    namespace,
    name,
    uid: `uid-${namespace}-${name}`,
    revision: '1-25-1',
    ready: true,
    ownerKind: '',
    ownerName: '',
    ...changes,
  };
}

export function validator(
  name: string,
  revision: string,
  changes: Partial<ValidatorFacts['webhooks'][number]> = {},
): ValidatorFacts {
  const webhook = {
    name: 'validation.istio.io',
    failurePolicy: 'Fail' as const,
    namespaceSelector: {},
    objectSelector: {},
    service: {
      namespace: 'istio-system',
      name: `istiod-${revision}`,
      exists: true,
      readyEndpoints: 2,
    },
    ...changes,
  };
  return { name, uid: `uid-${name}`, revision, webhooks: [webhook] };
}

/** Asks for one replica of `shop/cart` at least. */
export function budget(changes: Partial<BudgetFacts> = {}): BudgetFacts {
  return {
    namespace: 'shop',
    name: 'cart',
    selector: { matchLabels: { app: 'cart' } },
    disruptionsAllowed: 1,
    currentHealthy: 2,
    desiredHealthy: 1,
    expectedPods: 2,
    ...changes,
  };
}

/** Three nodes with 4 cores, 16 GiB and 50 places each. */
export function capacity(changes: Partial<CapacityFacts> = {}): CapacityFacts {
  const room = { milliCpu: 4000, memoryBytes: 16 * GIB, pods: 50 };
  return {
    nodes: 3,
    free: ['node-0', 'node-1', 'node-2'].map((node) => ({ node, ...room })),
    totalFree: { milliCpu: 12_000, memoryBytes: 48 * GIB, pods: 150 },
    ...changes,
  };
}

export function crd(name: string, changes: Partial<CrdFacts> = {}): CrdFacts {
  return {
    name,
    group: name.slice(name.indexOf('.') + 1),
    served: ['v1', 'v1alpha3', 'v1beta1'],
    storage: 'v1beta1',
    stored: ['v1beta1'],
    ...changes,
  };
}

/** The injector with all its webhooks changed alike. */
export function withWebhooks(
  injector: InjectorFacts,
  changes: Partial<InjectorFacts['webhooks'][number]>,
): InjectorFacts {
  return { ...injector, webhooks: injector.webhooks.map((each) => ({ ...each, ...changes })) };
}

function validatorsOf(mesh: ObservedMesh): readonly ValidatorFacts[] {
  const revisions = mesh.controlPlanes.map(({ revision }) =>
    validator(`istio-validator-${revision}-istio-system`, revision),
  );
  const { defaultValidatorRevision: byDefault } = mesh;
  return byDefault === undefined
    ? revisions
    : [...revisions, validator('istiod-default-validator', byDefault)];
}

function policiesOf(mesh: ObservedMesh): InjectorPolicies {
  const policy = known({
    policy: 'enabled',
    neverInjectSelector: [],
    alwaysInjectSelector: [],
    defaultTemplates: ['sidecar'],
    templates: ['gateway', 'sidecar'],
    aliases: {},
  });
  return Object.fromEntries(mesh.controlPlanes.map(({ revision }) => [revision, policy]));
}

function detailOf(
  workload: ObservedWorkload,
  mesh: ObservedMesh,
  injecting: Parameters<typeof predictInjection>[1],
): WorkloadDetail {
  const { kind, namespace, name, desiredPods, podsByRevision } = workload;
  const place = mesh.namespaces.find((each) => each.name === namespace);
  const revisions = Object.keys(podsByRevision).filter((each) => each !== 'none');
  const [revision] = revisions;
  const { none = 0, ...injected } = podsByRevision;
  // Outside of the meshed namespaces only a label of its own brings a pod its proxy.
  const own = place?.selection.kind === 'unlabelled' && revision !== undefined;
  const podLabels = { app: name, ...(own ? { 'istio.io/rev': revision } : {}) };
  return workloadDetail({
    kind,
    namespace,
    name,
    replicas: desiredPods,
    podsWithProxy: Object.values(injected).reduce((sum, count) => sum + count, 0),
    podsWithoutProxy: none,
    podLabels,
    prediction: predictInjection(
      {
        namespace,
        namespaceLabels: place?.labels ?? {},
        podLabels,
        podAnnotations: {},
        hostNetwork: false,
      },
      injecting,
    ),
  });
}
