import type { PodName } from './below-budget.ts';
import { isAnswered, type AuditEvent } from './audit-event.ts';

/** Who plays the kubelet. */
const KWOK = 'system:kwok';

/**
 * Pods that the rig's kubelet took away by itself, one entry for each time. It ends a pod that was
 * asked to leave by deleting it by name, now and then twice, and then the second time hits the new pod
 * of that name: nobody who is measured restarted that one.
 */
export function findRigLosses(events: readonly AuditEvent[]): readonly PodName[] {
  /** Of pods that were bound: whether somebody has asked them to leave since. */
  const asked = new Map<string, boolean>();
  return events.flatMap((event): PodName[] => {
    const { resource, subresource, verb, user, namespace, name } = event;
    if (resource !== 'pods' || !isAnswered(event)) return [];
    const pod = `${namespace}/${name}`;
    if (verb === 'create' && subresource === 'binding') asked.set(pod, false);
    const isDeleted = verb === 'delete' && subresource === '';
    if ((verb === 'create' && subresource === 'eviction') || (isDeleted && user !== KWOK)) {
      asked.set(pod, true);
    }
    if (!isDeleted || user !== KWOK || asked.get(pod) !== false) return [];
    asked.delete(pod);
    return [{ namespace, name }];
  });
}
