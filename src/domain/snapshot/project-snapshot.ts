import { formatRef, refOf, type Json, type KubernetesObject } from '../kubernetes-object.ts';
import type { ObservedWorkload } from '../mesh/observed-mesh.ts';
import { RESTART_ANNOTATION } from '../mesh/record-marks.ts';
import { webhooksOf } from '../mesh/webhook-shapes.ts';
import type { Snapshot } from './snapshot.ts';

export interface SnapshotSources {
  readonly namespaces: readonly KubernetesObject[];
  /** Mutating and validating webhook configurations. */
  readonly webhookConfigurations: readonly KubernetesObject[];
  /** ConfigMaps, HPAs, PDBs and Services of the mesh's namespace, our own record left out. */
  readonly meshObjects: readonly KubernetesObject[];
  /** Deployments, StatefulSets and DaemonSets of all namespaces. */
  readonly workloads: readonly KubernetesObject[];
  readonly meshed: readonly ObservedWorkload[];
  /** A short name for a large value. */
  readonly digest: (value: unknown) => string;
}

/** Reduces a cluster to what "restored" compares. Pod names, uids and versions are not in it. */
export function projectSnapshot(sources: SnapshotSources): Snapshot {
  return Object.fromEntries([
    ...sources.namespaces.flatMap(labelEntries),
    ...sources.webhookConfigurations.flatMap(webhookEntries),
    ...sources.meshObjects.flatMap((object) => meshObjectEntries(object, sources.digest)),
    ...sources.workloads.flatMap((object) => templateEntries(object, sources.digest)),
    ...sources.meshed.flatMap(proxyEntries),
  ]);
}

type Entry = readonly [string, Json];

function entry(object: KubernetesObject, what: string, value: Json): Entry {
  return [`${formatRef(refOf(object))} ${what}`, value];
}

function json(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** Without `caBundle`: istiod keeps it, and it is the same root. */
function webhookEntries(configuration: KubernetesObject): readonly Entry[] {
  const webhooks = webhooksOf(configuration).map(({ clientConfig, ...webhook }) => ({
    ...webhook,
    clientConfig: { service: clientConfig?.service },
  }));
  return [...labelEntries(configuration), entry(configuration, 'webhooks', json(webhooks))];
}

function meshObjectEntries(
  object: KubernetesObject,
  digest: SnapshotSources['digest'],
): readonly Entry[] {
  switch (object.kind) {
    case 'ConfigMap':
      return [entry(object, 'data', digest([object['data'], object['binaryData']]))];
    case 'Service':
      return [
        entry(object, 'uid', object.metadata.uid ?? ''),
        entry(object, 'spec', json(object['spec'] ?? {})),
      ];
    default:
      return [entry(object, 'spec', json(object['spec'] ?? {}))];
  }
}

/** One entry a label, so that a label of others is told from one of ours. */
function labelEntries(object: KubernetesObject): readonly Entry[] {
  return Object.entries(object.metadata.labels ?? {}).map(([key, value]) =>
    entry(object, `labels.${key}`, value),
  );
}

interface Template {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}

/** Our restart token apart from the rest, which is the owner's alone. */
function templateEntries(
  workload: KubernetesObject,
  digest: SnapshotSources['digest'],
): readonly Entry[] {
  const template = (workload['spec'] as { readonly template?: Template } | undefined)?.template;
  const annotations = template?.metadata?.annotations ?? {};
  const token = annotations[RESTART_ANNOTATION];
  const others = Object.entries(annotations).filter(([key]) => key !== RESTART_ANNOTATION);
  const metadata = { ...template?.metadata, annotations: Object.fromEntries(others) };
  return [
    entry(workload, 'pod template', digest({ ...template, metadata })),
    ...(token === undefined ? [] : [entry(workload, 'restart token', token)]),
  ];
}

function proxyEntries(workload: ObservedWorkload): readonly Entry[] {
  const where = `${workload.kind} ${workload.namespace}/${workload.name}`;
  const { podsByRevision, readyPods, desiredPods } = workload;
  return [
    [`${where} revisions`, Object.keys(podsByRevision).sort().join(', ')],
    [`${where} ready pods`, readyPods],
    [`${where} missing pods`, Math.max(0, desiredPods - readyPods)],
  ];
}
