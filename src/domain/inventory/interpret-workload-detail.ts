import { compareText, formatRef, refOf, type KubernetesObject } from '../kubernetes-object.ts';
import { INJECT_LABEL, PROXY_IMAGE_ANNOTATION, REVISION_LABEL } from '../mesh/istio-labels.ts';
import { RESTARTABLE_KINDS } from '../mesh/observed-mesh.ts';
import { readGracePeriod } from '../restart/grace-period.ts';
import { rolloutLimits } from '../restart/rollout-limits.ts';
import type { ResourceAmount } from './capacity.ts';
import { isLive, type PodDetail } from './interpret-pod-detail.ts';
import { ownerChain, type Link } from './owner-chain.ts';
import type { Delivery } from './progressive-delivery.ts';
import { proxyIn, requestsOf, type PodTemplateShape } from './pod-spec.ts';
import type { InjectionSubject } from './predict-injection.ts';
import { largerOf, NOTHING } from './quantity.ts';
import type { ServiceFacts } from './interpret-services.ts';
import type { InjectionPrediction, WorkloadDetail } from './workload-detail.ts';
import { revisionAskedBy } from './revision-asked-by.ts';
import { interpretWorkloadSpec, type WorkloadSpec } from './workload-shape.ts';

export interface WorkloadDetailSources {
  /** Of any kind that has pods of its own: what controls nothing but ReplicaSets and Jobs included. */
  readonly workloads: readonly KubernetesObject[];
  /** Metadata of ReplicaSets and Jobs: the way from a pod to its workload. */
  readonly links: readonly Link[];
  readonly pods: readonly PodDetail[];
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly predict: (subject: InjectionSubject) => InjectionPrediction;
  /** By `Kind namespace/name`. */
  readonly progressiveDelivery: ReadonlyMap<string, Delivery>;
  /** Those that could be read. */
  readonly services?: readonly ServiceFacts[];
  /** uids of gateways. */
  readonly gateways: ReadonlySet<string>;
}

/** Every workload that has a proxy, would get one, or says something about injection; by place. */
export function interpretWorkloadDetails(sources: WorkloadDetailSources): WorkloadDetail[] {
  const podsOf = groupByWorkload(sources);
  const deployments = new Map(
    sources.workloads
      .filter(({ kind }) => kind === 'Deployment')
      .map((workload) => [formatRef(refOf(workload)), workload]),
  );
  return sources.workloads
    .flatMap((workload) => {
      const spec = interpretWorkloadSpec(workload, deployments);
      const pods = podsOf.get(workload.metadata.uid ?? '') ?? [];
      const detail = interpretDetail({ workload, spec, pods }, sources);
      return concernsMesh(detail, spec) ? [detail] : [];
    })
    .toSorted(
      (a, b) =>
        compareText(a.namespace, b.namespace) ||
        compareText(a.kind, b.kind) ||
        compareText(a.name, b.name),
    );
}

function groupByWorkload({
  pods,
  links,
}: WorkloadDetailSources): ReadonlyMap<string, readonly PodDetail[]> {
  const workloadOf = ownerChain(links);
  const grouped = new Map<string, PodDetail[]>();
  for (const pod of pods) {
    if (pod.owner === undefined || !isLive(pod)) continue;
    const uid = workloadOf(pod.owner.uid);
    const known = grouped.get(uid);
    if (known === undefined) grouped.set(uid, [pod]);
    else known.push(pod);
  }
  return grouped;
}

interface Workload {
  readonly workload: KubernetesObject;
  readonly spec: WorkloadSpec;
  readonly pods: readonly PodDetail[];
}

function interpretDetail(
  { workload, spec, pods }: Workload,
  sources: WorkloadDetailSources,
): WorkloadDetail {
  const { kind, metadata } = workload;
  const { template, replicas, surge, updateStrategy } = spec;
  const namespace = metadata.namespace ?? '';
  const podLabels = template.metadata?.labels ?? {};
  const podAnnotations = template.metadata?.annotations ?? {};
  const isHostNetwork = template.spec?.hostNetwork === true;
  const namespaceLabels = sources.namespaceLabels.get(namespace) ?? {};
  const subject = {
    namespace,
    namespaceLabels,
    podLabels,
    podAnnotations,
    hostNetwork: isHostNetwork,
  };
  const gracePeriod = readGracePeriod(workload);
  const restartable = RESTARTABLE_KINDS.find((each) => each === kind);
  const askedBy = revisionAskedBy(workload, podLabels, sources.services ?? []);
  return {
    kind,
    namespace,
    name: metadata.name,
    uid: metadata.uid ?? '',
    replicas,
    ...proxiesOf(pods),
    prediction: sources.predict(subject),
    requests: requestsOfOne(spec, pods),
    surge,
    podLabels,
    ...(askedBy === undefined ? {} : { revisionAskedBy: askedBy }),
    updateStrategy,
    ...(restartable === undefined ? {} : { rollout: rolloutLimits(restartable, workload) }),
    ...(gracePeriod === null ? {} : { gracePeriodSeconds: gracePeriod }),
    isHostNetwork,
    ...ownProxyOf(template),
    ...deliveryOf(sources.progressiveDelivery.get(formatRef(refOf(workload)))),
    isGateway: sources.gateways.has(metadata.uid ?? ''),
  };
}

/** What a pod template says of its proxy beside what the injector does. */
function ownProxyOf({
  metadata,
  spec,
}: PodTemplateShape): Pick<WorkloadDetail, 'manualProxyImage' | 'pinnedProxyImage'> {
  const manual = proxyIn(spec)?.image;
  const pinned = metadata?.annotations?.[PROXY_IMAGE_ANNOTATION];
  return {
    ...(manual === undefined || manual === 'auto' ? {} : { manualProxyImage: manual }),
    ...(pinned === undefined ? {} : { pinnedProxyImage: pinned }),
  };
}

function deliveryOf(
  delivery: Delivery | undefined,
): Pick<WorkloadDetail, 'progressiveDelivery' | 'deliveryRole'> {
  if (delivery === undefined) return {};
  return { progressiveDelivery: delivery.by, deliveryRole: delivery.role };
}

type Proxies = Pick<
  WorkloadDetail,
  'podsWithProxy' | 'podsWithoutProxy' | 'nativeSidecars' | 'proxyImages' | 'actualRevision'
>;

function proxiesOf(pods: readonly PodDetail[]): Proxies {
  const injected = pods.filter(({ revision }) => revision !== undefined);
  const images = new Map<string, number>();
  for (const { proxyImage = 'none' } of injected) {
    images.set(proxyImage, (images.get(proxyImage) ?? 0) + 1);
  }
  const [revision, ...others] = new Set(injected.map((pod) => pod.revision));
  return {
    podsWithProxy: injected.length,
    podsWithoutProxy: pods.length - injected.length,
    nativeSidecars: injected.filter(({ isNativeSidecar }) => isNativeSidecar).length,
    proxyImages: Object.fromEntries([...images].toSorted(([a], [b]) => compareText(a, b))),
    ...(revision === undefined || others.length > 0 ? {} : { actualRevision: revision }),
  };
}

/** Of the largest pod that runs, which has its proxy; of the template while none does. */
function requestsOfOne({ template }: WorkloadSpec, pods: readonly PodDetail[]): ResourceAmount {
  if (pods.length === 0) return requestsOf(template.spec);
  return pods.map(({ requests }) => requests).reduce(largerOf, NOTHING);
}

const TELLING_ANNOTATIONS = [INJECT_LABEL, PROXY_IMAGE_ANNOTATION, 'inject.istio.io/templates'];

function concernsMesh(detail: WorkloadDetail, { template }: WorkloadSpec): boolean {
  const { annotations = {}, labels = {} } = template.metadata ?? {};
  return (
    detail.podsWithProxy > 0 ||
    detail.prediction.kind !== 'none' ||
    detail.manualProxyImage !== undefined ||
    detail.isGateway ||
    TELLING_ANNOTATIONS.some((key) => Object.hasOwn(annotations, key)) ||
    [INJECT_LABEL, REVISION_LABEL].some((key) => Object.hasOwn(labels, key))
  );
}
