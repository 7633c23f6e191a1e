import type { V1Pod } from '@kubernetes/client-node';

export type ContainerState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unready' }
  | { readonly kind: 'waiting'; readonly reason: string };

/** What a kubelet would say of a pod with one container in this state; a strategic merge patch. */
export function buildPodStatus(
  pod: V1Pod,
  { state, restarts }: { readonly state: ContainerState; readonly restarts: number },
): Record<string, unknown> {
  const now = new Date().toISOString();
  const isReady = state.kind === 'ready';
  const container = pod.spec?.containers[0];
  const condition = (type: string) => ({
    type,
    status: isReady ? 'True' : 'False',
    lastTransitionTime: now,
    reason: isReady ? null : 'ContainersNotReady',
    message: isReady ? null : `containers with unready status: [${container?.name ?? ''}]`,
  });
  return {
    // A pod whose container never started is still pending.
    phase: state.kind === 'waiting' && restarts === 0 ? 'Pending' : 'Running',
    conditions: [condition('Ready'), condition('ContainersReady')],
    containerStatuses: [
      {
        name: container?.name,
        image: container?.image,
        imageID: '',
        ready: isReady,
        started: state.kind !== 'waiting',
        restartCount: restarts,
        state:
          state.kind === 'waiting'
            ? { waiting: { reason: state.reason } }
            : { running: { startedAt: now } },
        ...(restarts > 0 || (state.kind === 'waiting' && state.reason === 'CrashLoopBackOff')
          ? { lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: now } } }
          : {}),
      },
    ],
  };
}
