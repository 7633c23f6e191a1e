import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { combine } from '../../domain/health/combine.ts';
import type { Verdict } from '../../domain/health/verdict.ts';
import { assessProxy, assessRollout } from '../../domain/in-place/assess-rollout.ts';
import { interpretControlPlanes } from '../../domain/mesh/interpret-control-planes.ts';
import type { RevisionAt } from '../../domain/planning/plan.ts';
import { renderedImage } from '../health/render-proxy.ts';

/** One look: does every istiod of the revision run that version, and does it inject its proxy? */
export async function lookAtVersion(
  { worker }: ClusterAccess,
  meshNamespace: string,
  at: RevisionAt,
): Promise<Verdict> {
  const [istiods, image] = await Promise.all([
    worker.list(RESOURCE_KINDS.deployment, {
      namespace: meshNamespace,
      labelSelector: 'app=istiod',
    }),
    renderedImage(worker, meshNamespace, at.revision),
  ]);
  const istiod = istiods.find(
    (each) => interpretControlPlanes([each])[0]?.revision === at.revision,
  );
  return combine([
    assessRollout(istiod, at),
    assessProxy(image.kind === 'known' ? image.value : undefined, at),
  ]);
}
