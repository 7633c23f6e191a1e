import type { ControlPlane } from '../mesh/observed-mesh.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { Condition } from './verdict.ts';

/** Ready replicas of one revision; one that is not there cannot be well. */
export function assessControlPlane(
  controlPlanes: readonly ControlPlane[],
  revision: string,
): Condition {
  const type = 'ControlPlaneReady';
  const plane = controlPlanes.find((each) => each.revision === revision);
  if (plane === undefined) {
    return { type, status: 'Degraded', message: `control plane ${revision} is not there` };
  }
  const message = `${revision}: ${plane.readyReplicas} of ${describeCount(plane.replicas, 'replica')} ready`;
  if (plane.replicas > 0 && plane.readyReplicas >= plane.replicas) {
    return { type, status: 'Healthy', message };
  }
  return { type, status: plane.readyReplicas > 0 ? 'Progressing' : 'Degraded', message };
}
