import path from 'node:path';
import { runningRig } from '../../rig/commands/running-rig.ts';
import { ApiClient } from '../../rig/kubernetes/client.ts';
import { withLock } from '../../rig/lock.ts';
import type { LiveFarmSize, LiveNamespace } from '../../rig/mesh/farm-live/plan-farm.ts';
import { startLiveFarm } from '../../rig/mesh/farm-live/start-farm.ts';
import { SAMPLE_NAMESPACES } from '../../rig/mesh/samples/workloads.ts';
import { reapRecorded } from '../../rig/process.ts';
import type { RigEndpoints, RigState } from '../../rig/rig-state.ts';
import { startRig, stopRig } from '../../rig/start-rig.ts';
import { UserError } from '../../rig/user-error.ts';
import { stateRoot } from '../../rig/xdg.ts';

export interface BenchRun {
  readonly signal: AbortSignal;
  /** Tells what is going on; never part of the result. */
  readonly say: (line: string) => void;
}

/** A mesh that consists of a farm and of nothing else. */
export interface BenchRig extends BenchRun {
  readonly state: RigState & { readonly endpoints: RigEndpoints };
  readonly client: ApiClient;
  readonly farm: readonly LiveNamespace[];
  /** Where whoever is measured keeps files and logs. */
  readonly dir: string;
}

export interface BenchMesh extends LiveFarmSize {
  /** Whether somebody connects to istiod for the proxies of pods, so that a census can ask for it. */
  readonly standInProxies?: boolean;
}

const RIG = 'bench';

/** Works on a rig of its own with a farm of this size, and takes it down in the end. */
export async function withBenchRig<T>(
  { standInProxies = false, ...size }: BenchMesh,
  run: BenchRun,
  work: (rig: BenchRig) => Promise<T>,
): Promise<T> {
  // Beside the rigs, not in one: taking a rig down deletes what is in it.
  const dir = path.join(stateRoot(), 'bench');
  return withLock({ file: path.join(dir, '.lock'), onWait: refuse }, async () => {
    await reapRecorded(dir);
    await stopRig(RIG);
    try {
      run.say('bringing up a rig');
      const { signal } = run;
      await startRig({ name: RIG, endsWithCaller: true, auditsPods: true, standInProxies, signal });
      return await withFarm(size, { ...run, state: runningRig(RIG), dir }, work);
    } finally {
      await stopRig(RIG);
    }
  });
}

/** Two benches would take each other's rig down, and measure each other. */
function refuse({ pid }: { readonly pid: number }): never {
  throw new UserError(`another bench is running (process ${pid}); let it end first`);
}

async function withFarm<T>(
  size: LiveFarmSize,
  rig: Omit<BenchRig, 'client' | 'farm'>,
  work: (rig: BenchRig) => Promise<T>,
): Promise<T> {
  const { kubeconfigs } = rig.state.endpoints;
  const client = await ApiClient.fromKubeconfig(kubeconfigs.rig);
  try {
    await removeSamples(client);
    const { say: log, signal } = rig;
    const farm = await startLiveFarm(kubeconfigs.rig, { ...size, log, signal });
    return await work({ ...rig, client, farm });
  } finally {
    client.close();
  }
}

/** So that the mesh consists of the farm and of nothing else, and each figure is by its workloads. */
async function removeSamples(client: ApiClient): Promise<void> {
  for (const { name } of SAMPLE_NAMESPACES) await client.delete(`/api/v1/namespaces/${name}`);
}
