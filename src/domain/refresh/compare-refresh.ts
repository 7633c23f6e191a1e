import type { PlanChange } from '../planning/plan-change.ts';
import type { UpgradePlan } from '../planning/plan.ts';
import type { StepOf } from '../planning/step.ts';
import { nameWorkload } from '../preflight/name-objects.ts';

type RefreshPlan = Pick<UpgradePlan, 'steps'>;

/**
 * What changed between two plans of a refresh: the proxy that is rendered, and what would be restarted
 * for it. What is as new as its control plane is no part of either.
 */
export function compareRefreshes(kept: RefreshPlan, now: RefreshPlan): readonly PlanChange[] {
  return [...compareTargets(kept, now), ...compareWorkloads(kept, now)];
}

function compareTargets(kept: RefreshPlan, now: RefreshPlan): readonly PlanChange[] {
  const [before, after] = [wavesOf(kept)[0]?.target, wavesOf(now)[0]?.target];
  if (before === undefined || after === undefined) return [];
  return (['revision', 'image'] as const)
    .filter((path) => before[path] !== after[path])
    .map((path) => ({
      kind: 'changed',
      subject: 'the proxy that is rendered',
      path,
      from: before[path],
      to: after[path],
    }));
}

function compareWorkloads(kept: RefreshPlan, now: RefreshPlan): readonly PlanChange[] {
  const [then, since] = [uidsOf(kept), uidsOf(now)];
  return [...new Set([...then.keys(), ...since.keys()])].flatMap((subject): PlanChange[] => {
    const [from, to] = [then.get(subject), since.get(subject)];
    if (from === undefined) return [{ kind: 'appeared', subject, path: TO_RESTART }];
    if (to === undefined) return [{ kind: 'disappeared', subject, path: TO_RESTART }];
    return from === to ? [] : [{ kind: 'changed', subject, path: 'uid', from, to }];
  });
}

/** What changed is not whether the workload is there, but whether it would be restarted. */
const TO_RESTART = '(to be restarted)';

/** By name, as `Deployment shop/cart`. */
function uidsOf(plan: RefreshPlan): ReadonlyMap<string, string> {
  const workloads = wavesOf(plan).flatMap((wave) => wave.workloads);
  return new Map(workloads.map((workload) => [nameWorkload(workload), workload.uid]));
}

function wavesOf({ steps }: RefreshPlan): readonly StepOf<'wave'>[] {
  return steps.filter((step): step is StepOf<'wave'> => step.kind === 'wave');
}
