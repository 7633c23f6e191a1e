import { takeCensus, type CensusSources } from './census.ts';
import {
  nameOf,
  toJson,
  type ClusterObject,
  type Json,
  type WebhookConfiguration,
  type Workload,
} from './objects.ts';

/** What "restored" means, place by place; two pictures are equal when everything is back. */
export type Picture = Readonly<Record<string, Json>>;

export interface PictureSources extends CensusSources {
  readonly namespaces: readonly ClusterObject[];
  readonly injectors: readonly WebhookConfiguration[];
  readonly validators: readonly WebhookConfiguration[];
  /** By kind: ConfigMaps, HorizontalPodAutoscalers, PodDisruptionBudgets and Services of the mesh's namespace. */
  readonly meshObjects: Readonly<Record<string, readonly ClusterObject[]>>;
  /** By kind: every object of the namespaces outside of the mesh, which nobody may touch. */
  readonly outsiders: Readonly<Record<string, readonly ClusterObject[]>>;
}

/** The product's own record stays when all else is back. */
const OWN_RECORD = 'meshlift-';
const TAG = 'istio.io/tag';

/** Reduces a cluster to what must be the same before an upgrade and after it was taken back. */
export function describePicture(sources: PictureSources): Picture {
  return Object.fromEntries([
    ...sources.namespaces.map((each) => labelsOf('Namespace', each)),
    ...sources.injectors.flatMap((each) => describeWebhooks('MutatingWebhookConfiguration', each)),
    ...sources.validators.flatMap((each) =>
      describeWebhooks('ValidatingWebhookConfiguration', each),
    ),
    ...sources.injectors.flatMap(describeTag),
    ...describeByKind(sources.meshObjects, describeMeshObject),
    ...sources.workloads.map(describeTemplate),
    ...takeCensus(sources).map(({ name, revisions, ready }): Entry => [
      `${name} pods`,
      { 'injected by': revisions, ready },
    ]),
    ...describeByKind(sources.outsiders, describeUntouched),
  ]);
}

type Entry = readonly [string, Json];

function describeByKind(
  objects: Readonly<Record<string, readonly ClusterObject[]>>,
  describe: (kind: string, object: ClusterObject) => Entry,
): Entry[] {
  return Object.entries(objects).flatMap(([kind, items]) =>
    items
      .filter(({ metadata }) => !metadata.name.startsWith(OWN_RECORD))
      .map((item) => describe(kind, item)),
  );
}

function labelsOf(kind: string, object: ClusterObject): Entry {
  return [`${nameOf(kind, object)} labels`, toJson(object.metadata.labels ?? {})];
}

/** Without `caBundle`, which istiod keeps; `failurePolicy`, which istiod may also set, does count. */
function describeWebhooks(kind: string, object: WebhookConfiguration): Entry[] {
  const webhooks = (object.webhooks ?? []).map(({ name, clientConfig, ...webhook }): Entry => {
    const reached: Record<string, unknown> = { ...clientConfig };
    delete reached['caBundle'];
    return [name, toJson({ ...webhook, clientConfig: reached })];
  });
  return [
    labelsOf(kind, object),
    [`${nameOf(kind, object)} webhooks`, Object.fromEntries(webhooks)],
  ];
}

/** Which control plane a tag selects: by its label and by the Service that its webhooks call. */
function describeTag({ metadata, webhooks }: WebhookConfiguration): Entry[] {
  const tag = metadata.labels?.[TAG];
  if (tag === undefined) return [];
  const services = (webhooks ?? []).map(({ clientConfig }) => clientConfig.service?.name ?? 'none');
  const selects = { revision: metadata.labels?.['istio.io/rev'], calls: [...new Set(services)] };
  return [[`tag ${tag} selects`, toJson(selects)]];
}

/** Its content, without its status and most of its metadata; of a Service also who it is. */
function describeMeshObject(kind: string, object: ClusterObject): Entry {
  const { metadata, ...rest } = object;
  const content: Record<string, unknown> = { ...rest, labels: metadata.labels };
  delete content['status'];
  if (kind === 'Service') content['uid'] = metadata.uid;
  return [nameOf(kind, object), toJson(content)];
}

function describeTemplate(workload: Workload): Entry {
  return [`${nameOf(workload.kind, workload)} pod template`, workload.spec.template];
}

/** The whole object but for the API server's own book-keeping. */
function describeUntouched(kind: string, object: ClusterObject): Entry {
  const copy: Record<string, unknown> = { ...object.metadata };
  delete copy['resourceVersion'];
  delete copy['managedFields'];
  return [`${nameOf(kind, object)} (untouched)`, toJson({ ...object, metadata: copy })];
}
