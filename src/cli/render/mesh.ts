import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import type { Output } from '../output.ts';
import { renderControlPlanes, renderDefaults, renderTags } from './mesh-control-planes.ts';
import { renderGateways, renderNodeAgents } from './mesh-gateways.ts';
import { renderNamespaces } from './mesh-namespaces.ts';
import {
  capacityLine,
  crdLine,
  operatorLines,
  sensitiveLine,
  unknownLines,
} from './mesh-remarks.ts';
import { renderLoosePods, renderWorkloads } from './mesh-workloads.ts';
import { renderFacts, renderSections } from './sections.ts';
import { formatTime } from './time.ts';

/** What was read of a mesh, as a page. */
export function renderMesh(output: Output, inventory: MeshInventory): string {
  const page = renderSections(output, [
    { title: 'Control planes', body: renderControlPlanes(output, inventory) },
    { title: 'Tags', body: renderTags(output, inventory) },
    { title: 'The default, by four answers', body: renderDefaults(output, inventory) },
    { title: 'Namespaces', body: renderNamespaces(output, inventory) },
    { title: 'Workloads', body: renderWorkloads(output, inventory) },
    { title: 'Pods that no restart reaches', body: renderLoosePods(output, inventory) },
    { title: 'Gateways', body: renderGateways(output, inventory) },
    { title: 'Agents on the nodes', body: renderNodeAgents(output, inventory) },
    { title: 'Also managed by', body: operatorLines(inventory) },
    { title: 'Unknown', body: unknownLines(inventory) },
  ]);
  return `${facts(output, inventory)}\n\n${page}`;
}

function facts(output: Output, inventory: MeshInventory): string {
  const { mesh } = inventory;
  const { owner } = mesh;
  return renderFacts(output, [
    ['Cluster', `${mesh.cluster} (${mesh.clusterUid})`],
    ['Kubernetes', stripUnprintable(mesh.kubernetesVersion)],
    ['Mesh namespace', mesh.meshNamespace],
    ['CRDs', crdLine(inventory.crds)],
    ['Version-sensitive', sensitiveLine(inventory.sensitive)],
    ['Room on nodes', capacityLine(inventory.capacity)],
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
