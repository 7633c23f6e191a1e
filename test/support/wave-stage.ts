import { beforeEach } from '@jest/globals';
import type { MockActivityEnvironment } from '@temporalio/testing';
import type { InjectionTools } from '../../src/activities/restart/manual/prepare-injections.ts';
import type { WaveCheckpoint, WaveResult } from '../../src/activities/restart/wave-checkpoint.ts';
import type { WindowGuard } from '../../src/activities/time/window-guard.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { createFakeKubernetes, type FakeKubernetes } from './fake-kubernetes.ts';
import { NEW, placeControlPlane } from './placed-mesh.ts';
import { useQuickTime, type QuickTime } from './quick-time.ts';
import {
  accessTo,
  attemptAfter,
  recordIn,
  recordingHeart,
  RUN,
  samplePlan,
  waveStep,
} from './sample-run.ts';

type Limits = Policy['restart'];

/** None of the stage's workloads is injected by hand. */
const NO_INJECTION = {
  installer: {
    inject: () => {
      throw new Error('nothing is to be injected');
    },
  },
  given: undefined,
};

/** One attempt to restart the wave; where nothing is said, the first one. */
export interface Attempt {
  readonly kubernetes?: KubernetesClient;
  readonly env?: MockActivityEnvironment;
  /** What the activity is called with. */
  readonly checkpoint?: WaveCheckpoint;
  /** What injects by hand; nothing may where this is absent. */
  readonly injection?: InjectionTools;
  /** Asked before anything begins; absent: it may at any time. */
  readonly guard?: WindowGuard;
}

/** A fake cluster with the new control plane, anew for each test, in which a wave is restarted. */
export interface WaveStage {
  readonly time: QuickTime;
  readonly cluster: FakeKubernetes;
  readonly heart: ReturnType<typeof recordingHeart>;
  /** Records a plan whose wave restarts these, within the stage's limits and these. */
  readonly planned: (
    workloads: Parameters<typeof waveStep>[0],
    limits?: Partial<Limits>,
  ) => Promise<void>;
  readonly restart: (attempt?: Attempt) => Promise<WaveResult>;
  /** The writes so far that match. */
  readonly writesTo: (what: RegExp) => readonly string[];
}

/** To be awaited before anything that waits is imported: time is quick from then on. */
export async function useWave(limits: Limits): Promise<WaveStage> {
  const time = useQuickTime();
  const { restartWorkloads } = await import('../../src/activities/restart/restart-workloads.ts');
  let cluster = createFakeKubernetes();
  let heart = recordingHeart();
  beforeEach(() => {
    cluster = createFakeKubernetes();
    heart = recordingHeart();
    placeControlPlane(cluster, NEW);
    time.meanwhile(() => undefined);
  });
  return {
    time,
    get cluster() {
      return cluster;
    },
    get heart() {
      return heart;
    },
    planned: async (workloads, changes = {}) => {
      const plan = samplePlan([waveStep(workloads)], { restart: { ...limits, ...changes } });
      await recordIn(cluster).put('plan', plan);
    },
    restart: (attempt = {}) => {
      const { kubernetes = cluster, env = attemptAfter(), checkpoint } = attempt;
      const step = { ...RUN, step: 'wave-1' };
      const { guard, injection = NO_INJECTION } = attempt;
      const options = { checkpoint, injection, guard };
      return env.run(() => restartWorkloads(accessTo(kubernetes), step, options, heart));
    },
    writesTo: (what) => cluster.writes.filter((write) => what.test(write)),
  };
}
