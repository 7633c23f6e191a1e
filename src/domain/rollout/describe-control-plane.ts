import type { ControlPlanePods } from '../progress.ts';

/** `istiod 1.25.1: 1 ready, 1 starting; istiod 1.26.1: 2 terminating`. */
export function describeControlPlane(pods: readonly ControlPlanePods[]): string {
  return pods
    .map(({ version, ready, starting, terminating }) => {
      const counts = [
        [ready, 'ready'],
        [starting, 'starting'],
        [terminating, 'terminating'],
      ] as const;
      const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
      return `istiod ${version}: ${told.join(', ') || 'none'}`;
    })
    .join('; ');
}
