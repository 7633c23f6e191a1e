import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { toFailure } from '../../src/activities/failures.ts';
import type { Activities } from '../../src/activities/index.ts';
import { createMaintenanceActivities } from '../../src/activities/schedules/index.ts';
import type { MaintenanceActivities } from '../../src/activities/schedules/index.ts';
import { windowOf } from '../../src/activities/schedules/read-maintenance.ts';
import {
  createSchedule,
  readSchedule,
  type KeptSchedule,
  type NewSchedule,
} from '../../src/clients/temporal-schedules.ts';
import type { Config } from '../../src/config/config.ts';
import type { RunEvent } from '../../src/domain/run-event.ts';
import { API_VERSION } from '../../src/domain/request/request.ts';
import type { Advice } from '../../src/domain/standing-policy/maintenance-report.ts';
import { scheduleTimes } from '../../src/domain/standing-policy/schedule-calendars.ts';
import type { MaintenanceWindow } from '../../src/domain/time/maintenance-window.ts';
import { verdictAt } from '../../src/domain/time/window-verdict.ts';
import { samplePolicy } from './sample-mesh.ts';
import { ALWAYS } from './scripted-maintenance.ts';
import { bundleWorkflows, quietRuntime } from './workflow-stage.ts';

export const QUEUE = 'maintenance-test';
const WORKFLOWS = fileURLToPath(new URL('./maintenance-workflows.ts', import.meta.url));

/** Opens for the first time in centuries. */
export const NEVER: MaintenanceWindow = { ...ALWAYS, name: 'never', startDate: '2999-01-01' };

/** A development server, a worker with the real workflow, and runs over meshes that only stand there. */
export interface MaintenanceStage {
  readonly env: TestWorkflowEnvironment;
  readonly config: Config;
  /** What people were told. */
  readonly told: readonly RunEvent[];
  /** What the policy asks for on a cluster, from now on; `unread` until then. */
  advise(cluster: string, advice: () => Promise<Advice>): void;
  /** Makes a schedule of that name; its policy is to take patches, its window always open unless said. */
  schedule(name: string, cluster: string, window?: MaintenanceWindow): Promise<void>;
  /** Until the schedule is as expected; rejects with how it was last. */
  until(name: string, holds: (schedule: KeptSchedule) => boolean): Promise<KeptSchedule>;
  close(): Promise<void>;
}

const CLUSTERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;
const PATIENCE_MS = 30_000;

/** With `others` for the activities of runs that are real. */
export async function openMaintenanceStage(
  cli: string,
  others: Partial<Activities> = {},
): Promise<MaintenanceStage> {
  quietRuntime();
  const [env, workflowBundle] = await Promise.all([
    TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path: cli },
        searchAttributes: ATTRIBUTES,
      },
    }),
    bundleWorkflows(WORKFLOWS),
  ]);
  const advices = new Map<string, () => Promise<Advice>>();
  const told: RunEvent[] = [];
  const config = sampleConfig();
  const worker = await Worker.create({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    taskQueue: QUEUE,
    workflowBundle,
    activities: { ...others, ...activitiesWith(config, advices, told) },
    maxHeartbeatThrottleInterval: '100ms',
    shutdownGraceTime: '1s',
    shutdownForceTime: '2s',
  });
  const done = worker.run();
  return {
    env,
    config,
    told,
    advise: (cluster, advice) => void advices.set(cluster, advice),
    schedule: (name, cluster, window = ALWAYS) =>
      createSchedule(env.client, takingPatches(name, cluster, window)),
    until: async (name, holds) => {
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const found = await readSchedule(env.client, name);
        if (found !== undefined && holds(found)) return found;
        if (performance.now() > deadline) throw new Error(`found ${JSON.stringify(found)}`);
        await delay(100);
      }
    },
    close: async () => {
      worker.shutdown();
      await done;
      await env.teardown();
    },
  };
}

function takingPatches(name: string, cluster: string, window: MaintenanceWindow): NewSchedule {
  return {
    name,
    taskQueue: QUEUE,
    request: {
      apiVersion: API_VERSION,
      cluster,
      window: window.name,
      policy: { kind: 'patch', withinDays: 7 },
    },
    window,
    times: scheduleTimes(window, Date.now()),
    summary: `${cluster}: take patch releases within 7 days`,
  };
}

/** All real, but for what looks at a mesh. */
function activitiesWith(
  config: Config,
  advices: ReadonlyMap<string, () => Promise<Advice>>,
  told: RunEvent[],
): MaintenanceActivities & Pick<Activities, 'notify'> {
  const installer = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no installer is asked here');
      },
    },
  ) as Parameters<typeof createMaintenanceActivities>[0]['installer'];
  return {
    ...createMaintenanceActivities({ config, installer, readConfig: () => config }),
    checkOpening: async ({ window }) => {
      try {
        const windows = [windowOf(config, window)];
        return verdictAt({ windows, freezes: [], instant: Date.now() });
      } catch (error) {
        throw toFailure(error);
      }
    },
    adviseMaintenance: async ({ cluster }) => {
      const advise = advices.get(cluster);
      if (advise === undefined) throw new Error(`nobody has said what ${cluster} is advised`);
      return advise();
    },
    notify: async ({ event }) => void told.push(event),
  };
}

const OPS = { kind: 'given', url: 'http://127.0.0.1:1/' } as const;

function sampleConfig(): Config {
  const clusters = CLUSTERS.map(
    (name) =>
      [
        name,
        {
          name,
          kubeconfig: '/nowhere',
          installerKubeconfig: '/nowhere',
          meshNamespace: 'istio-system',
          installer: 'istioctl',
          taskQueue: QUEUE,
          policy: samplePolicy({}),
        } as const,
      ] as const,
  );
  return {
    file: '/etc/meshlift.yaml',
    taskQueue: QUEUE,
    istioctl: {},
    versions: [],
    windows: [ALWAYS, NEVER],
    notifications: [{ name: 'ops', kind: 'slack', url: OPS, tls: 'off' }],
    clusters: new Map(clusters),
  };
}

const { KEYWORD, BOOL } = SearchAttributeType;
const ATTRIBUTES = [
  defineSearchAttributeKey('MeshCluster', KEYWORD),
  defineSearchAttributeKey('MeshTarget', KEYWORD),
  defineSearchAttributeKey('MeshPhase', KEYWORD),
  defineSearchAttributeKey('MeshAwaitingApproval', BOOL),
];
