import { formatRef, refOf, type Json, type KubernetesObject } from '../kubernetes-object.ts';
import type { ObservedWorkload } from '../mesh/observed-mesh.ts';
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
    ...sources.namespaces.map((object) =>
      entry(object, 'labels', json(object.metadata.labels ?? {})),
    ),
    ...sources.webhookConfigurations.flatMap(webhookEntries),
    ...sources.meshObjects.flatMap((object) => meshObjectEntries(object, sources.digest)),
    ...sources.workloads.map((object) =>
      entry(object, 'pod template', sources.digest(templateOf(object))),
    ),
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
  return [
    entry(configuration, 'labels', json(configuration.metadata.labels ?? {})),
    entry(configuration, 'webhooks', json(webhooks)),
  ];
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

function templateOf(workload: KubernetesObject): unknown {
  return (workload['spec'] as { readonly template?: unknown } | undefined)?.template;
}

function proxyEntries(workload: ObservedWorkload): readonly Entry[] {
  const where = `${workload.kind} ${workload.namespace}/${workload.name}`;
  return [
    [`${where} revisions`, Object.keys(workload.podsByRevision).sort().join(', ')],
    [`${where} ready pods`, workload.readyPods],
  ];
}
