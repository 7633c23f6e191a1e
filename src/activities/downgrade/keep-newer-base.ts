import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { digestOf } from '../../clients/digest.ts';
import { refOf } from '../../domain/kubernetes-object.ts';
import type { RenderedObject, RenderedRelease } from '../../installers/installer.ts';
import { inParallel } from '../inventory/read-known.ts';

/**
 * A lower release without what the revisions share. CRDs are never lowered: objects written meanwhile
 * would lose fields or become unreadable. Of the rest of Base (since 1.24 one ServiceAccount, which
 * every version renders alike but for its labels) what is there stays as the newer release made it:
 * lowering it would take it from the control plane that still runs. What is missing is brought with
 * the control plane that needs it, and so goes with it when the run is taken back. ClusterRoles,
 * webhooks and ConfigMaps are Pilot's and bear the revision in their names.
 */
export async function keepNewerBase(
  { installer }: Pick<ClusterAccess, 'installer'>,
  release: RenderedRelease,
): Promise<RenderedRelease> {
  const kept = await inParallel(
    release.objects,
    async (rendered): Promise<RenderedObject | undefined> => {
      if (rendered.component !== 'Base') return rendered;
      if (rendered.object.kind === 'CustomResourceDefinition') return undefined;
      const live = await installer.get(refOf(rendered.object));
      return live === undefined ? { ...rendered, component: 'Pilot' } : undefined;
    },
  );
  const objects = kept.filter((rendered) => rendered !== undefined);
  return { ...release, objects, digest: digestOf(objects) };
}
