import { startLiveFarm } from '../mesh/farm-live/start-farm.ts';
import type { LiveFarmSize } from '../mesh/farm-live/plan-farm.ts';
import { runningRig } from './running-rig.ts';

export async function runFarm(name: string, size: LiveFarmSize): Promise<void> {
  const log = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const { endpoints } = runningRig(name);
  const farm = await startLiveFarm(endpoints.kubeconfigs.rig, { ...size, log });
  const workloads = farm.flatMap((namespace) => namespace.workloads);
  log(`${workloads.length} workloads of ${farm.length} namespaces run, with sidecars`);
}
