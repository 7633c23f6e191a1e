import { afterEach, beforeAll } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { checkOpening } from '../../../src/activities/schedules/check-opening.ts';
import { createKubernetesClient, type KubernetesClient } from '../../../src/clients/kubernetes.ts';
import type { Config } from '../../../src/config/config.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { runMeshlift, type Ran } from '../../cli/support/run-meshlift.ts';
import { namespaceObject } from '../../support/kubernetes-objects.ts';
import type { Bench } from './bench.ts';

/** Somebody who works with freezes and windows of the cluster `timed`, by the product's own commands. */
export interface Desk {
  /** With `--output json`. */
  readonly meshlift: (...args: readonly string[]) => Promise<Ran>;
  /** As people read it. */
  readonly print: (...args: readonly string[]) => Promise<Ran>;
  /** Adds a freeze from now on, for an hour. */
  readonly add: (name: string, ...more: readonly string[]) => Promise<Ran>;
  /** Names in the ConfigMap of freezes. */
  readonly entries: () => Promise<readonly string[]>;
  /** What a schedule asks before it acts. */
  readonly opening: (cluster?: string, window?: string) => ReturnType<typeof checkOpening>;
  readonly config: () => Config;
  /** With the rights of the product's worker. */
  readonly worker: () => KubernetesClient;
}

export const TEST_TIMEOUT_MS = 120_000;
export const MESH = 'istio-system';
/** The worker has no rights there; the cluster `elsewhere` has its mesh there. */
export const ELSEWHERE = 'out-of-reach';
export const FREEZES = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: MESH,
  name: 'meshlift-freezes',
} as const;

const MORE = {
  windows: {
    always: { daily: { everyDays: 1 }, start: '00:00', duration: '24h' },
    rare: {
      monthly: { dayOfMonth: 31, everyMonths: 12 },
      startDate: '2030-01-01',
      start: '03:00',
      duration: '1h',
    },
  },
  freezes: [
    {
      name: 'long-ago',
      from: '2020-01-01T00:00',
      to: '2020-01-02T00:00',
      reason: 'the configuration’s own',
    },
  ],
  policies: { timed: { windows: { controlPlane: ['rare'], dataPlane: ['always'] } } },
};

/** Call it where the bench is opened before; no test leaves a freeze behind. */
export function useTimedDesk(bench: () => Bench): Desk {
  let configFile = '';
  let worker: KubernetesClient;

  beforeAll(async () => {
    const { configFile: written, dir, endpoints } = bench();
    const { clusters, ...rest } = parse(readFileSync(written, 'utf8')) as {
      readonly clusters: { readonly demo: object };
    };
    const entry = { ...clusters.demo, policy: 'timed' };
    configFile = path.join(dir, 'people-and-time.yaml');
    const ours = { timed: entry, elsewhere: { ...entry, meshNamespace: ELSEWHERE } };
    writeFileSync(configFile, stringify({ ...rest, ...MORE, clusters: ours }));
    worker = createKubernetesClient({ kubeconfig: endpoints.kubeconfigs.worker });
    const admin = createKubernetesClient({ kubeconfig: endpoints.kubeconfigs.rig });
    await admin.create(namespaceObject(ELSEWHERE));
  });

  afterEach(async () => {
    const there = await worker.get(FREEZES);
    if (there !== undefined) await worker.delete(FREEZES);
  });

  const print: Desk['print'] = (...args) =>
    runMeshlift(args, { env: { ...bench().env, MESHLIFT_CONFIG: configFile } });
  const meshlift: Desk['meshlift'] = (...args) => print(...args, '--output', 'json');
  const config = (): Config => loadConfig(configFile);
  return {
    print,
    meshlift,
    config,
    add: (name, ...more) =>
      meshlift('freeze', 'add', 'timed', name, '--until', '1h', '--by', 'ana', ...more),
    entries: async () => Object.keys((await worker.get(FREEZES))?.['data'] ?? {}).toSorted(),
    opening: (cluster = 'timed', window = 'always') =>
      checkOpening({ config: config(), readConfig: config }, { cluster, window }),
    worker: () => worker,
  };
}
