import type {
  NamespaceSelection,
  ObservedMesh,
  ObservedWorkload,
} from '../../domain/mesh/observed-mesh.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import type { Output } from '../output.ts';
import { renderFacts, renderSections } from './sections.ts';
import { renderTable } from './table.ts';
import { formatTime } from './time.ts';

/** What was read of a mesh, as a page. */
export function renderMesh(output: Output, mesh: ObservedMesh): string {
  const page = renderSections(output, [
    { title: 'Control planes', body: controlPlanes(output, mesh) },
    { title: 'Tags', body: tags(output, mesh) },
    { title: 'Namespaces', body: namespaces(output, mesh) },
    { title: 'Workloads', body: workloads(output, mesh) },
    { title: 'Pods that no restart reaches', body: loosePods(output, mesh) },
  ]);
  return `${facts(output, mesh)}\n\n${page}`;
}

function facts(output: Output, mesh: ObservedMesh): string {
  const { owner } = mesh;
  return renderFacts(output, [
    ['Cluster', `${mesh.cluster} (${mesh.clusterUid})`],
    ['Kubernetes', stripUnprintable(mesh.kubernetesVersion)],
    ['Mesh namespace', mesh.meshNamespace],
    ['Default validator', mesh.defaultValidatorRevision ?? 'none'],
    [
      'Held by',
      owner === undefined
        ? undefined
        : stripUnprintable(
            `${owner.workflowId} (run ${owner.runId}) since ${formatTime(owner.since)}`,
          ),
    ],
  ]);
}

function controlPlanes(output: Output, mesh: ObservedMesh): string {
  if (mesh.controlPlanes.length === 0) return 'none';
  const rows = mesh.controlPlanes.map((plane) => [
    plane.revision,
    plane.version ?? 'unknown',
    `${plane.readyReplicas}/${plane.replicas}`,
    plane.installer,
    plane.deployment,
  ]);
  return renderTable(output, ['REVISION', 'VERSION', 'READY', 'INSTALLER', 'DEPLOYMENT'], rows);
}

function tags(output: Output, mesh: ObservedMesh): string | undefined {
  if (mesh.tags.length === 0) return undefined;
  const rows = mesh.tags.map((tag) => [tag.tag, tag.revision, tag.webhook]);
  return renderTable(output, ['TAG', 'REVISION', 'WEBHOOK'], rows);
}

function namespaces(output: Output, mesh: ObservedMesh): string | undefined {
  const selecting = mesh.namespaces.filter(({ selection }) => selection.kind !== 'unlabelled');
  if (selecting.length === 0) return undefined;
  const rows = selecting.map(({ name, selection }) => [name, ...describeSelection(selection)]);
  return renderTable(output, ['NAMESPACE', 'REVISION', 'BY'], rows);
}

/** The revision that a namespace selects, and by what. */
function describeSelection(selection: NamespaceSelection): readonly [string, string] {
  switch (selection.kind) {
    case 'tag':
      return [selection.revision, `tag ${selection.tag}`];
    case 'revision':
      return [selection.revision, 'its name'];
    case 'injection-label':
      return [selection.revision ?? 'none', 'istio-injection=enabled'];
    case 'nothing':
      return ['none', `${selection.label}, which selects nothing`];
    case 'opted-out':
      return ['none', 'opted out'];
    case 'unlabelled':
      return ['none', 'no label'];
  }
}

function workloads(output: Output, mesh: ObservedMesh): string | undefined {
  if (mesh.workloads.length === 0) return undefined;
  const rows = mesh.workloads.map((workload) => [
    workload.namespace,
    `${workload.kind} ${workload.name}`,
    `${workload.readyPods}/${workload.desiredPods}`,
    podsByRevision(workload),
    workload.cannotRestart ?? '',
  ]);
  return renderTable(
    output,
    ['NAMESPACE', 'WORKLOAD', 'READY', 'PODS BY REVISION', 'CANNOT RESTART'],
    rows,
  );
}

function podsByRevision(workload: ObservedWorkload): string {
  return Object.entries(workload.podsByRevision)
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([revision, pods]) => `${revision}: ${pods}`)
    .join(', ');
}

function loosePods(output: Output, mesh: ObservedMesh): string | undefined {
  if (mesh.loosePods.length === 0) return undefined;
  const rows = mesh.loosePods.map((pod) => [pod.namespace, pod.name, pod.revision, pod.owner]);
  return renderTable(output, ['NAMESPACE', 'POD', 'REVISION', 'OWNER'], rows);
}
