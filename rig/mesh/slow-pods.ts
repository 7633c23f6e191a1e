import type { Manifest } from '../kubernetes/manifest.ts';

const SLOW_MS = 15_000;

/** The stage that makes pods ready, much later and with more weight than its original. */
export function buildSlowStage(stages: readonly Manifest[]): Manifest {
  const original = stages.find(({ metadata }) => metadata.name === 'pod-ready');
  const spec = original?.['spec'];
  if (original === undefined || typeof spec !== 'object') {
    throw new Error('the stage pod-ready is missing from the stages of pods');
  }
  return {
    ...original,
    metadata: { name: 'trouble-slow-pods' },
    spec: { ...spec, weight: 1, delay: { durationMilliseconds: SLOW_MS } },
  };
}
