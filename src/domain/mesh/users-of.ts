import type { ObservedMesh } from './observed-mesh.ts';
import { describeCount } from '../rollout/describe-count.ts';
import { selectedRevision } from './select-revision.ts';

/** Everything that selects or runs on a revision, in words; empty means that nothing does. */
export function usersOf(mesh: ObservedMesh, revision: string): readonly string[] {
  const tags = mesh.tags
    .filter((tag) => tag.revision === revision)
    .map(({ tag }) => `tag ${tag} points to it`);
  const validator =
    mesh.defaultValidatorRevision === revision ? ['the default validator sends to it'] : [];
  const namespaces = mesh.namespaces
    .filter(({ selection }) => selectedRevision(selection) === revision)
    .map(({ name }) => `namespace ${name} selects it`);
  const workloads = mesh.workloads.flatMap(({ kind, namespace, name, podsByRevision }) => {
    const pods = podsByRevision[revision] ?? 0;
    // A proxy whose revision cannot be told counts for every revision.
    const unknown = podsByRevision['unknown'] ?? 0;
    return pods + unknown === 0
      ? []
      : [`${describeCount(pods + unknown, 'pod')} of ${kind} ${namespace}/${name} with its proxy`];
  });
  const loose = mesh.loosePods
    .filter((pod) => pod.revision === revision || pod.revision === 'unknown')
    .map(({ namespace, name }) => `pod ${namespace}/${name} runs its proxy`);
  return [...tags, ...validator, ...namespaces, ...workloads, ...loose];
}
