import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import type {
  InjectionPrediction,
  WorkloadDetail,
} from '../../domain/inventory/workload-detail.ts';
import type { ObservedWorkload } from '../../domain/mesh/observed-mesh.ts';
import type { Output } from '../output.ts';
import { renderTable } from './table.ts';

/** Workloads with who injected their pods and who would inject the next one. */
export function renderWorkloads(output: Output, inventory: MeshInventory): string | undefined {
  const { mesh, workloads } = inventory;
  if (workloads.length === 0) return undefined;
  const observed = new Map(mesh.workloads.map((workload) => [workload.uid, workload]));
  const rows = workloads.map((detail) => {
    const seen = observed.get(detail.uid);
    const pods = detail.podsWithProxy + detail.podsWithoutProxy;
    return [
      detail.namespace,
      `${detail.kind} ${detail.name}`,
      seen === undefined ? `${pods} pods` : `${seen.readyPods}/${seen.desiredPods}`,
      seen === undefined ? proxiesNow(detail) : podsByRevision(seen),
      describePrediction(detail.prediction),
      notesOn(detail, seen?.cannotRestart).join('; '),
    ];
  });
  return renderTable(output, ['NAMESPACE', 'WORKLOAD', 'READY', 'NOW', 'NEXT', 'NOTES'], rows);
}

function podsByRevision(workload: ObservedWorkload): string {
  return Object.entries(workload.podsByRevision)
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([revision, pods]) => `${revision}: ${pods}`)
    .join(', ');
}

function proxiesNow({ podsWithProxy, podsWithoutProxy, actualRevision }: WorkloadDetail): string {
  const parts = [
    ...(podsWithProxy > 0 ? [`${actualRevision ?? 'several'}: ${podsWithProxy}`] : []),
    ...(podsWithoutProxy > 0 ? [`none: ${podsWithoutProxy}`] : []),
  ];
  return parts.join(', ');
}

function describePrediction(prediction: InjectionPrediction): string {
  switch (prediction.kind) {
    case 'injected':
      return prediction.revision;
    case 'none':
      return 'none';
    case 'ambiguous':
      return 'ambiguous';
    case 'refused':
      return 'refused';
    case 'unknown':
      return 'unknown';
  }
}

function notesOn(detail: WorkloadDetail, cannotRestart: string | undefined): string[] {
  const { prediction, podsWithProxy, nativeSidecars } = detail;
  return [
    cannotRestart === undefined ? [] : [cannotRestart],
    whyNext(detail),
    prediction.kind === 'injected' && differs(detail, prediction.revision)
      ? ['its next pods get another proxy']
      : [],
    nativeSidecars === 0 ? [] : [`${nativeSidecars} of ${podsWithProxy} native sidecars`],
    detail.isGateway ? ['gateway'] : [],
    detail.isHostNetwork ? ['host network'] : [],
    detail.progressiveDelivery === undefined ? [] : [`changed by ${detail.progressiveDelivery}`],
  ].flat();
}

function differs({ podsWithProxy, actualRevision }: WorkloadDetail, revision: string): boolean {
  return podsWithProxy > 0 && actualRevision !== revision;
}

/** Why the next pod would not get a proxy as one expects. */
function whyNext({ prediction, podsWithProxy }: WorkloadDetail): string[] {
  switch (prediction.kind) {
    case 'injected':
      return [];
    case 'none':
      return podsWithProxy > 0 ? [`its next pods get no proxy: ${prediction.why}`] : [];
    case 'ambiguous':
      return [`several webhooks answer: ${prediction.webhooks.join(', ')}`];
    case 'refused':
      return [`its pods cannot be created: ${prediction.why}`];
    case 'unknown':
      return [prediction.why];
  }
}

/** Pods with a proxy that no workload brings back. */
export function renderLoosePods(output: Output, { mesh }: MeshInventory): string | undefined {
  if (mesh.loosePods.length === 0) return undefined;
  const rows = mesh.loosePods.map((pod) => [pod.namespace, pod.name, pod.revision, pod.owner]);
  return renderTable(output, ['NAMESPACE', 'POD', 'REVISION', 'OWNER'], rows);
}
