import path from 'node:path';
import { stateRoot } from '../xdg.ts';
import { ApiClient } from '../kubernetes/client.ts';
import type { RunningProcess } from '../process.ts';
import type { RigEndpoints } from '../rig-state.ts';
import { UserError } from '../user-error.ts';
import type { DemoOptions } from './demo-options.ts';
import { withFreshRig } from './fresh-rig.ts';
import { programEnvironment } from './processes.ts';
import { createProduct, type Product } from './product.ts';
import { createTemporalCli } from './temporal-cli.ts';
import type { Voice } from './voice.ts';
import { startWorker } from './worker.ts';

/** A fresh mesh with a worker of the product beside it, and the demo's own eyes on the cluster. */
export interface Stage {
  readonly options: DemoOptions;
  readonly voice: Voice;
  readonly signal: AbortSignal;
  readonly endpoints: RigEndpoints;
  /** As the rig's administrator: what the demo sees does not come from the product. */
  readonly client: ApiClient;
  readonly product: Product;
  /** Where this act leaves its report and the worker's log. */
  readonly dir: string;
}

export interface StageOptions {
  readonly options: DemoOptions;
  readonly voice: Voice;
  readonly signal: AbortSignal;
  readonly act: string;
  /** Leave the rig up afterwards. */
  readonly keep: boolean;
}

export const DEMO_RIG = 'demo';

/** Beside the rigs, not in one: taking a rig down deletes what is in it. */
export function demoDir(): string {
  return path.join(stateRoot(), 'demo');
}

/** Plays on a stage of its own, and clears it away. */
export async function withStage<T>(
  { options, voice, signal, act, keep }: StageOptions,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  const dir = path.join(demoDir(), act);
  return withFreshRig({ name: DEMO_RIG, voice, signal, keep }, async (endpoints) => {
    const env = programEnvironment({ name: DEMO_RIG, dir }, endpoints);
    voice.say('Starting a worker of meshlift …');
    const logFile = path.join(dir, 'worker.log');
    const first = createTemporalCli({ env, signal });
    const worker = await startWorker({ dir: demoDir(), env, logFile, temporal: first, signal });
    const client = await ApiClient.fromKubeconfig(endpoints.kubeconfigs.rig);
    const playing = AbortSignal.any([signal, endOf(worker, logFile)]);
    const temporal = createTemporalCli({ env, signal: playing });
    const product = createProduct({ env, temporal, voice, signal: playing });
    try {
      return await play({ options, voice, signal: playing, endpoints, client, product, dir });
    } finally {
      client.close();
      await worker.stop();
    }
  });
}

/** Without its worker a run stands still, and whoever follows it would wait for nothing. */
function endOf(worker: RunningProcess, logFile: string): AbortSignal {
  const ended = new AbortController();
  const why = new UserError(`the worker ended in the middle of the act; its log is ${logFile}`);
  void worker.exited.then(() => ended.abort(why));
  return ended.signal;
}
