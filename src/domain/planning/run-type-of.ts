import type { RunType } from '../request/request.ts';
import { compareIstioVersions, parseIstioVersion } from '../version/istio-version.ts';
import type { UpgradePlan } from './plan.ts';

/** The workflow type that carries a plan out, by what the plan does. */
export function runTypeOf({
  strategy,
  from,
  to,
}: Pick<UpgradePlan, 'strategy' | 'from' | 'to'>): RunType {
  if (strategy === 'refresh') return 'refreshProxies';
  if (strategy === 'rollback') return 'rollbackMesh';
  const [running, target] = [parseIstioVersion(from.version), parseIstioVersion(to.version)];
  const isLower =
    running !== undefined && target !== undefined && compareIstioVersions(target, running) < 0;
  return isLower ? 'downgradeMesh' : 'upgradeMesh';
}
