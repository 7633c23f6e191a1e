import type { UpgradePlan } from '../domain/planning/plan.ts';
import { timesOfPlan, type PlanTimes } from '../domain/time/plan-times.ts';
import type { CommandContext } from './context.ts';

/** Windows and freezes as a run of the plan would find them now; absent where none bears on it. */
export async function readTimesOfPlan(
  context: CommandContext,
  plan: UpgradePlan,
): Promise<PlanTimes | undefined> {
  const config = await context.config();
  const [{ readTimes }, { openCluster }, { clusterConfig }] = await Promise.all([
    import('../activities/time/read-verdict.ts'),
    import('../clients/cluster-access.ts'),
    import('../activities/with-cluster.ts'),
  ]);
  const cluster = plan.cluster.name;
  const { worker } = openCluster(clusterConfig(config, cluster), context.signal);
  const { meshNamespace } = plan;
  const readConfig = (): typeof config => config;
  const times = await readTimes({ kubernetes: worker, meshNamespace, cluster, readConfig });
  if (times.kind === 'unknown') return times;
  const { windows, freezes, at } = times;
  return timesOfPlan(plan, { windows, freezes, instant: at });
}
