import type { StepOf, UpgradeStep } from './step.ts';

/** Where a wave looks for workloads that came since the plan was made, and what is not one of them. */
export interface NewcomerScope {
  readonly namespaces: readonly string[];
  /** uids of the workloads that another wave moves. */
  readonly claimed: ReadonlySet<string>;
}

type Wave = StepOf<'wave'>;

/**
 * Forwards: the last wave of a namespace takes up who came, so that a first part restarts what it
 * names and nothing else. Where only labels of pods select, whoever came chose by himself.
 */
export function scopeForwards(steps: readonly UpgradeStep[], wave: Wave): NewcomerScope {
  const others = wavesIn(steps).filter(({ id }) => id !== wave.id);
  const later = new Set(
    others.filter(({ number }) => number > wave.number).flatMap(({ namespaces }) => namespaces),
  );
  return {
    namespaces: selecting(wave).filter((name) => !later.has(name)),
    claimed: uidsOf(others),
  };
}

/**
 * Backwards: everything in the wave's namespaces that got the new proxy goes back, be it planned for
 * a later wave, which has begun nothing or is undone; only what earlier waves moved waits for theirs.
 */
export function scopeBackwards(steps: readonly UpgradeStep[], wave: Wave): NewcomerScope {
  const earlier = wavesIn(steps).filter(({ number }) => number < wave.number);
  return { namespaces: selecting(wave), claimed: uidsOf(earlier) };
}

function wavesIn(steps: readonly UpgradeStep[]): readonly Wave[] {
  return steps.filter((step) => step.kind === 'wave');
}

function selecting({ namespaces, podLabelled = [] }: Wave): readonly string[] {
  return namespaces.filter((name) => !podLabelled.includes(name));
}

function uidsOf(waves: readonly Wave[]): ReadonlySet<string> {
  return new Set(waves.flatMap(({ workloads }) => workloads.map(({ uid }) => uid)));
}
