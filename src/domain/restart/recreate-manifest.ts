import type { PodRecreation } from '../inventory/workload-detail.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import {
  PROXY_CONTAINER,
  PROXY_IMAGE_ANNOTATION,
  REVISION_ANNOTATION,
  STATUS_ANNOTATION,
} from '../mesh/istio-labels.ts';
import { RECREATE_ANNOTATION } from '../mesh/record-marks.ts';

/** The manifest from which a pod can be made again, or why there is none. */
export type RecreateManifest =
  | { readonly kind: 'manifest'; readonly manifest: KubernetesObject }
  | { readonly kind: 'none'; readonly because: string };

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly volumeMounts?: readonly { readonly name: string }[];
  readonly [field: string]: unknown;
}

interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { readonly name: string }[];
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly [field: string]: unknown;
}

type Pod = KubernetesObject & { readonly spec?: PodSpec };

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Whether a pod that nobody owns is to be made again, and can be. */
export function recreationOf(pod: KubernetesObject): PodRecreation {
  const says = pod.metadata.annotations?.[RECREATE_ANNOTATION];
  const found = recreateManifest(pod);
  return {
    ...(says === undefined ? {} : { wanted: says === 'true' }),
    ...(found.kind === 'manifest' ? {} : { cannot: found.because }),
  };
}

/**
 * What somebody wrote to get this pod: what kubectl keeps of it, else the live object without what the
 * server, its admission and the injector added. Where that cannot be told there is no manifest: a pod
 * that still has an old proxy in its spec would keep it.
 */
export function recreateManifest(pod: KubernetesObject): RecreateManifest {
  const { [LAST_APPLIED]: applied, [PROXY_IMAGE_ANNOTATION]: pinned } =
    pod.metadata.annotations ?? {};
  if (pinned !== undefined) {
    return none(`its proxy image is pinned to ${pinned}: it would come back with the same proxy`);
  }
  return applied === undefined ? fromLive(pod) : fromApplied(pod, applied);
}

function fromApplied(pod: Pod, applied: string): RecreateManifest {
  const written = parsePod(applied);
  if (written === undefined) return none(`its annotation ${LAST_APPLIED} is no pod`);
  if (written.metadata.name !== pod.metadata.name) {
    return none(`its annotation ${LAST_APPLIED} is of a pod ${written.metadata.name}`);
  }
  if (hasProxy(written)) return none('it was injected by hand: its own manifest has a proxy');
  const edited = changedImage(written, pod);
  if (edited !== undefined) {
    return none(`container ${edited} runs another image than kubectl last applied`);
  }
  // Labels and annotations may have come since: of them only what the injector wrote is left out.
  const { annotations = {} } = written.metadata;
  const scraping = SCRAPING.flatMap((key) =>
    annotations[key] === undefined ? [] : [[key, annotations[key]] as const],
  );
  const manifest = manifestOf(pod, written.spec ?? {});
  return {
    kind: 'manifest',
    manifest: {
      ...manifest,
      metadata: {
        ...manifest.metadata,
        annotations: { ...manifest.metadata.annotations, ...Object.fromEntries(scraping) },
      },
    },
  };
}

function parsePod(text: string): Pod | undefined {
  try {
    const parsed = JSON.parse(text) as Partial<Pod> | null;
    const isPod = parsed?.kind === 'Pod' && parsed.apiVersion === 'v1';
    return isPod && parsed.metadata?.name !== undefined ? (parsed as Pod) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function hasProxy({ spec }: Pod): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(
    ({ name }) => name === PROXY_CONTAINER,
  );
}

/** An image is what can be changed of a running pod; `kubectl set image` leaves the annotation as it is. */
function changedImage(written: Pod, { spec: live }: Pod): string | undefined {
  const images = new Map(
    [...(live?.containers ?? []), ...(live?.initContainers ?? [])].map(({ name, image }) => [
      name,
      image,
    ]),
  );
  return [...(written.spec?.containers ?? []), ...(written.spec?.initContainers ?? [])].find(
    ({ name, image }) => images.get(name) !== image,
  )?.name;
}

/** What `sidecar.istio.io/status` says that an injection added, by name (istio-facts section 6). */
interface InjectionStatus {
  readonly containers?: readonly string[] | null;
  readonly initContainers?: readonly string[] | null;
  readonly volumes?: readonly string[] | null;
  readonly imagePullSecrets?: readonly string[] | null;
}

function fromLive(pod: Pod): RecreateManifest {
  const text = pod.metadata.annotations?.[STATUS_ANNOTATION];
  const status = text === undefined ? undefined : parseStatus(text);
  if (status === undefined) {
    return none(`neither ${LAST_APPLIED} nor ${STATUS_ANNOTATION} says what it was made from`);
  }
  const spec = withoutInjected(pod.spec ?? {}, status);
  const kept = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  if (kept.some(({ name }) => name === PROXY_CONTAINER)) {
    return none(`${STATUS_ANNOTATION} does not name its proxy`);
  }
  if (kept.length === 0) return none('it is nothing but its proxy');
  if (hasScrapingOfItsOwn(pod)) return none('the injector rewrote its Prometheus annotations');
  const rewritten = kept.find((container) => hasRewrittenProbe(container));
  if (rewritten !== undefined) {
    return none(`the injector rewrote the probes of container ${rewritten.name}`);
  }
  const volumes = new Set(spec.volumes?.map(({ name }) => name));
  const torn = kept.find(({ volumeMounts = [] }) =>
    volumeMounts.some(({ name }) => !volumes.has(name)),
  );
  if (torn !== undefined) {
    return none(`container ${torn.name} mounts a volume that the injector added`);
  }
  return { kind: 'manifest', manifest: manifestOf(pod, withoutAdmitted(spec)) };
}

function parseStatus(text: string): InjectionStatus | undefined {
  try {
    const parsed = JSON.parse(text) as InjectionStatus | null;
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function withoutInjected(spec: PodSpec, status: InjectionStatus): PodSpec {
  const without = <T extends { readonly name: string }>(
    items: readonly T[] | undefined,
    names: readonly string[] | null | undefined,
  ): readonly T[] => (items ?? []).filter(({ name }) => names?.includes(name) !== true);
  return {
    ...spec,
    containers: without(spec.containers, status.containers),
    initContainers: without(spec.initContainers, status.initContainers),
    volumes: without(spec.volumes, status.volumes),
    imagePullSecrets: without(spec.imagePullSecrets, status.imagePullSecrets),
  };
}

/** Where Prometheus finds a pod's metrics: the injector points it at the agent. */
const SCRAPING = ['prometheus.io/scrape', 'prometheus.io/port', 'prometheus.io/path'];

/** The agent keeps what the pod said before (`ISTIO_PROMETHEUS_ANNOTATIONS`), where it said something. */
function hasScrapingOfItsOwn({ spec }: Pod): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
    .filter(({ name }) => name === PROXY_CONTAINER)
    .some((proxy) => JSON.stringify(proxy['env'] ?? []).includes('"ISTIO_PROMETHEUS_ANNOTATIONS"'));
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const;

/** The injector sends an application's probes through the agent, at paths that begin so. */
function hasRewrittenProbe(container: Container): boolean {
  return PROBES.some((probe) => JSON.stringify(container[probe] ?? null).includes('/app-health/'));
}

/** Volume that admission adds for the token of the service account. */
const TOKEN_VOLUME = 'kube-api-access-';
/** Set by the scheduler, or by admission from other fields that are kept. */
const ADMITTED = ['nodeName', 'priority', 'preemptionPolicy', 'serviceAccount'];

function withoutAdmitted(spec: PodSpec): PodSpec {
  const unmounted = (containers: readonly Container[] = []): readonly Container[] =>
    containers.map((container) => ({
      ...container,
      volumeMounts: (container.volumeMounts ?? []).filter(
        ({ name }) => !name.startsWith(TOKEN_VOLUME),
      ),
    }));
  const kept = Object.fromEntries(Object.entries(spec).filter(([key]) => !ADMITTED.includes(key)));
  return {
    ...kept,
    containers: unmounted(spec.containers),
    initContainers: unmounted(spec.initContainers),
    volumes: (spec.volumes ?? []).filter(({ name }) => !name.startsWith(TOKEN_VOLUME)),
  };
}

/**
 * Annotations that the injector writes anew. Its others, and its labels, only fill in what a pod does
 * not say itself: whose they are cannot be told, and kept they say the same again.
 */
const INJECTED_ANNOTATIONS = [STATUS_ANNOTATION, REVISION_ANNOTATION, ...SCRAPING];

function manifestOf({ metadata }: Pod, spec: PodSpec): KubernetesObject {
  const { name, namespace, labels = {}, annotations = {} } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: omit(annotations, INJECTED_ANNOTATIONS),
    },
    spec,
  };
}

function omit(
  values: Readonly<Record<string, string>>,
  keys: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}

function none(because: string): RecreateManifest {
  return { kind: 'none', because };
}
