import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import { compareText } from '../../domain/kubernetes-object.ts';
import { readRendered, type RenderedProxies } from '../../domain/refresh/rendered-proxy.ts';
import { renderedImage } from '../health/render-proxy.ts';
import { inParallel } from '../inventory/read-known.ts';

/**
 * The proxy that each revision renders now, by a dry run: also of a control plane that somebody else
 * runs and whose image nobody sees. Asked of every revision that would inject a workload, or once did.
 */
export async function readRenderedProxies(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  inventory: Pick<MeshInventory, 'workloads' | 'loosePods' | 'mesh'>,
): Promise<RenderedProxies> {
  const answers = await inParallel(revisionsOf(inventory), async (revision) => {
    const image = await renderedImage(kubernetes, meshNamespace, revision);
    return [revision, readRendered(revision, image)] as const;
  });
  return Object.fromEntries(answers);
}

function revisionsOf({
  workloads,
  loosePods,
  mesh,
}: Pick<MeshInventory, 'workloads' | 'loosePods' | 'mesh'>): readonly string[] {
  const there = new Set(mesh.controlPlanes.map(({ revision }) => revision));
  const meshed = workloads.filter(({ podsWithProxy }) => podsWithProxy > 0);
  const predicted = meshed.flatMap(({ prediction }) =>
    prediction.kind === 'injected' ? [prediction.revision] : [],
  );
  // One that is gone renders nothing, and that is no fault.
  const actual = [
    ...meshed.map(({ actualRevision = '' }) => actualRevision),
    ...loosePods.map(({ revision }) => revision),
  ].filter((revision) => there.has(revision));
  return [...new Set([...predicted, ...actual])].toSorted(compareText);
}
