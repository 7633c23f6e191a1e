import type {
  ControlPlane,
  LoosePod,
  ObservedMesh,
  ObservedNamespace,
  ObservedWorkload,
} from '../../src/domain/mesh/observed-mesh.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { PreflightFacts } from '../../src/domain/preflight/facts.ts';
import { treatmentOfKind, type TreatedWorkloads } from '../../src/domain/restart/treatment.ts';
import { parseIstioVersion, type IstioVersion } from '../../src/domain/version/istio-version.ts';
import { KNOWN_VERSIONS } from '../../src/domain/version/known-versions.ts';
import { revisionNameOf } from '../../src/domain/version/revision-name.ts';
import { sampleInventory } from './sample-inventory.ts';
import { without } from './without.ts';

/** The version that the text spells. */
export function version(text: string): IstioVersion {
  const parsed = parseIstioVersion(text);
  if (parsed === undefined) throw new TypeError(`expected an Istio version, found ${text}`);
  return parsed;
}

export function controlPlane(changes: Partial<ControlPlane> = {}): ControlPlane {
  const { revision = '1-25-1' } = changes;
  return {
    revision,
    version: revision.replaceAll('-', '.'),
    deployment: `istiod-${revision}`,
    replicas: 2,
    readyReplicas: 2,
    installer: 'istioctl',
    ...changes,
  };
}

/** A control plane whose image tag is not a version. */
export function controlPlaneWithoutVersion(): ControlPlane {
  return without(controlPlane(), 'version');
}

export function workload(changes: Partial<ObservedWorkload> = {}): ObservedWorkload {
  const { kind = 'Deployment', namespace = 'shop', name = 'cart' } = changes;
  return {
    kind,
    namespace,
    name,
    uid: `uid-${namespace}-${name}`,
    desiredPods: 2,
    readyPods: 2,
    podsByRevision: { '1-25-1': 2 },
    ...changes,
  };
}

export function namespace(
  name: string,
  changes: Partial<Omit<ObservedNamespace, 'name'>> = {},
): ObservedNamespace {
  return {
    name,
    uid: `uid-${name}`,
    labels: {},
    selection: { kind: 'unlabelled' },
    ...changes,
  };
}

/** Labelled `istio.io/rev=<tag>`. */
export function namespaceByTag(name: string, tag: string, revision = '1-25-1'): ObservedNamespace {
  return namespace(name, {
    labels: { 'istio.io/rev': tag },
    selection: { kind: 'tag', tag, revision },
  });
}

/** Labelled `istio.io/rev=<revision>`. */
export function namespaceByRevision(name: string, revision = '1-25-1'): ObservedNamespace {
  return namespace(name, {
    labels: { 'istio.io/rev': revision },
    selection: { kind: 'revision', revision },
  });
}

/** Labelled `istio-injection=enabled`. */
export function namespaceByInjection(name: string, revision = '1-25-1'): ObservedNamespace {
  return namespace(name, {
    labels: { 'istio-injection': 'enabled' },
    selection: { kind: 'injection-label', revision },
  });
}

export function loosePod(changes: Partial<LoosePod> = {}): LoosePod {
  return { namespace: 'shop', name: 'batch-x', revision: '1-25-1', owner: 'Job batch', ...changes };
}

/**
 * A mesh as people have them: one namespace by tag, one by revision, one by `istio-injection`, one
 * outside of it; the tags `default` and `prod-stable` and one that nobody uses.
 */
export function sampleMesh(changes: Partial<ObservedMesh> = {}): ObservedMesh {
  return {
    cluster: 'demo',
    clusterUid: 'uid-kube-system',
    kubernetesVersion: 'v1.33.1',
    meshNamespace: 'istio-system',
    controlPlanes: [controlPlane()],
    tags: [
      { tag: 'canary-idle', revision: '1-25-1', webhook: 'istio-revision-tag-canary-idle' },
      { tag: 'default', revision: '1-25-1', webhook: 'istio-revision-tag-default' },
      { tag: 'prod-stable', revision: '1-25-1', webhook: 'istio-revision-tag-prod-stable' },
    ],
    defaultValidatorRevision: '1-25-1',
    namespaces: [
      namespaceByRevision('billing'),
      namespace('bystander'),
      namespaceByInjection('orders'),
      namespaceByTag('shop', 'prod-stable'),
    ],
    workloads: [
      workload({ namespace: 'billing', name: 'invoices' }),
      workload({ namespace: 'billing', name: 'ledger', kind: 'StatefulSet' }),
      workload({ namespace: 'orders', name: 'intake' }),
      workload({ namespace: 'shop', name: 'agent', kind: 'DaemonSet' }),
      workload({ namespace: 'shop', name: 'cart' }),
      workload({ namespace: 'shop', name: 'web' }),
    ],
    loosePods: [],
    ...changes,
  };
}

/** Every workload of the mesh, moved as its kind is; nothing is left. */
export function movedIn({ workloads }: ObservedMesh): TreatedWorkloads {
  return {
    moved: workloads.map((each) => ({ ...each, treatment: treatmentOfKind(each.kind) })),
    left: [],
  };
}

/** The sample mesh, to be brought to 1.26.1 by canary; the inventory is that of the mesh. */
export function facts(
  changes: Partial<PreflightFacts> & { readonly target?: IstioVersion } = {},
): PreflightFacts {
  const target = changes.target ?? version('1.26.1');
  const mesh = changes.mesh ?? changes.inventory?.mesh ?? sampleMesh();
  return {
    mesh,
    inventory: sampleInventory(mesh),
    strategy: 'canary',
    target,
    targetRevision: revisionNameOf(target),
    available: [version('1.25.1'), version('1.26.1')],
    versions: KNOWN_VERSIONS,
    today: '2025-06-01',
    ...changes,
  };
}

/** The sample mesh after its upgrade to 1.26.1. */
export function upgradedMesh(): ObservedMesh {
  const mesh = sampleMesh();
  return sampleMesh({
    controlPlanes: [controlPlane({ revision: '1-26-1' })],
    tags: mesh.tags.map((tag) => ({ ...tag, revision: '1-26-1' })),
    defaultValidatorRevision: '1-26-1',
    namespaces: [
      namespaceByRevision('billing', '1-26-1'),
      namespace('bystander'),
      namespaceByInjection('orders', '1-26-1'),
      namespaceByTag('shop', 'prod-stable', '1-26-1'),
    ],
    workloads: mesh.workloads.map((each) => ({ ...each, podsByRevision: { '1-26-1': 2 } })),
  });
}

export function samplePolicy(changes: Partial<Policy> = {}): Policy {
  return {
    name: 'default',
    soakSeconds: { controlPlane: 300, wave: 600, mesh: 1800 },
    healthPollSeconds: 10,
    gates: { complete: { expiresSeconds: 3600 } },
    waves: { critical: [] },
    restart: { maxPodsInFlight: 20, workloadDeadlineSeconds: 600 },
    controlPlaneDeadlineSeconds: 600,
    pruneGraceSeconds: 30,
    haltExpirySeconds: 604_800,
    ...changes,
  };
}
