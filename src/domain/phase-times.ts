import type { StepReport } from './report.ts';

/** What an upgrade in place is made of, as people speak of it. */
export const IMPACT_PHASES = ['CRDs', 'control plane', 'sidecars'] as const;
export type ImpactPhase = (typeof IMPACT_PHASES)[number];

/** One of them, and how long its steps took, with the soaks that belong to it. */
export interface PhaseTime {
  readonly phase: ImpactPhase;
  readonly begunAt: string;
  readonly endedAt: string;
  readonly seconds: number;
}

/** By the times of the steps; a phase that has not ended, or never began, is not among them. */
export function phaseTimes(steps: readonly StepReport[]): readonly PhaseTime[] {
  return IMPACT_PHASES.flatMap((phase): PhaseTime[] => {
    const own = steps.filter((step) => phaseOf(step) === phase);
    const [begunAt] = own.flatMap((step) => step.begunAt ?? []).toSorted();
    const endedAt = own
      .flatMap((step) => step.endedAt ?? [])
      .toSorted()
      .at(-1);
    if (begunAt === undefined || endedAt === undefined) return [];
    const seconds = (Date.parse(endedAt) - Date.parse(begunAt)) / 1000;
    return [{ phase, begunAt, endedAt, seconds }];
  });
}

function phaseOf({ id, kind }: StepReport): ImpactPhase | undefined {
  if (kind === 'apply-crds') return 'CRDs';
  if (kind === 'install-control-plane' || kind === 'verify-control-plane') return 'control plane';
  if (id === 'soak-control-plane') return 'control plane';
  return kind === 'wave' || id.startsWith('soak-wave-') ? 'sidecars' : undefined;
}
