import { buildFarmStages } from '../../../rig/mesh/farm-live/farm-stages.ts';
import { FAILS_BY, type FailsBy } from '../../../rig/mesh/farm-live/farm-objects.ts';
import { objectPath, type Manifest } from '../../../rig/kubernetes/manifest.ts';
import { create, patch, type Change } from '../scenarios/scenario.ts';
import type { Bench } from './bench.ts';
import { eventually } from './eventually.ts';
import { isReady, list, type LiveObject } from './projection.ts';
import { OLD_REVISION } from './runs.ts';

/** A namespace of workloads that are well until they move; each is named for what befalls it then. */
export const WARD = 'ward';

/** Fail by what the rig does with their new pods. */
const SICK = {
  'crash-loop': 'crash',
  'image-pull': 'image-pull',
  'never-ready': 'never-ready',
  'no-progress': 'never-ready',
} as const satisfies Record<string, FailsBy>;

/** What becomes of each in a wave that tolerates it, as the report has it. */
export const EXCEPTIONS: readonly RegExp[] = [
  /^Deployment ward\/crash-loop: pod \S+ is in CrashLoopBackOff with \d+ restarts? \(proxy of 1-26-1\)$/,
  /^Deployment ward\/image-pull: pod \S+ is in ImagePullBackOff with 0 restarts \(proxy of 1-26-1\)$/,
  /^Deployment ward\/never-ready: not there after \d+ s: .*; pod \S+ is not ready$/,
  /^Deployment ward\/no-node: not there after \d+ s: .*; pod \S+ cannot be scheduled: .* available/,
  /^Deployment ward\/no-progress: its rollout stopped making progress: .* has timed out progressing\.; pod \S+ is not ready$/,
  /^Deployment ward\/over-quota: not there after \d+ s: .*; pods cannot be created: .*exceeded quota: full/,
  /^Deployment ward\/redeployed: pod \S+ is in ImagePullBackOff .*; its pod template was changed by somebody else since the wave began/,
];
export const WELL = ['well-a', 'well-b'] as const;
export const PATIENTS: readonly string[] = [
  ...Object.keys(SICK),
  'no-node',
  'over-quota',
  'redeployed',
  ...WELL,
].toSorted();

const NODE_LABEL = 'rig.meshlift.dev/ward';

/** What befalls two of them once the plan was made: their next pod finds no node, or no room in a quota. */
export async function hindrances(bench: Bench): Promise<readonly Change[]> {
  return [
    patch(`Node ${await firstNode(bench)}`, { metadata: { labels: { [NODE_LABEL]: null } } }),
    create(`ResourceQuota ${WARD}/full`, {
      spec: { hard: { pods: '0' }, scopes: ['CrossNamespacePodAffinity'] },
    }),
  ];
}

/** Somebody deploys an image that is not there. */
export async function deployBrokenImage({ person }: Bench): Promise<void> {
  const annotations = { [FAILS_BY]: 'image-pull' satisfies FailsBy };
  const containers = [{ name: 'app', image: 'registry.example/app:2' }];
  await person.patch(`/apis/apps/v1/namespaces/${WARD}/deployments/redeployed`, 'strategic', {
    spec: { template: { metadata: { annotations }, spec: { containers } } },
  });
}

/** Everybody in it is well, with the old proxy. Gives what closes it again. */
export async function openWard(bench: Bench): Promise<() => Promise<void>> {
  const { kubernetes } = bench;
  const node = `/api/v1/nodes/${await firstNode(bench)}`;
  const label = (value: string | null): Promise<void> =>
    kubernetes.patch(node, 'merge', { metadata: { labels: { [NODE_LABEL]: value } } });
  const stages = await buildFarmStages();
  await label('yes');
  for (const each of [...stages, ...buildWard()]) await kubernetes.apply(each);
  await eventually(async () => (await readyPods(bench)) === PATIENTS.length, {
    what: 'everybody in the ward is well',
  });
  return async () => {
    const namespace = `/api/v1/namespaces/${WARD}`;
    await kubernetes.delete(namespace);
    for (const stage of stages) await kubernetes.delete(objectPath(stage));
    await label(null);
    await eventually(async () => (await kubernetes.find(namespace)) === undefined, {
      what: 'the ward is gone',
    });
  };
}

async function firstNode({ kubernetes }: Bench): Promise<string> {
  const nodes = await list(kubernetes, '/api/v1/nodes');
  const [name] = nodes.map(({ metadata }: LiveObject) => metadata.name).toSorted();
  if (name === undefined) throw new Error('the rig has no node');
  return name;
}

async function readyPods({ kubernetes }: Bench): Promise<number> {
  const pods = await list(kubernetes, `/api/v1/namespaces/${WARD}/pods`);
  return pods.filter(isReady).length;
}

function buildWard(): readonly Manifest[] {
  const labels = { 'istio.io/rev': OLD_REVISION };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: WARD, labels } },
    ...PATIENTS.map(buildPatient),
  ];
}

function buildPatient(name: string): Manifest {
  const failsBy = Object.entries(SICK).find(([sick]) => sick === name)?.[1];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: WARD },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      ...(name === 'no-progress' ? { progressDeadlineSeconds: 5 } : {}),
      template: {
        metadata: {
          labels: { app: name },
          annotations: failsBy === undefined ? {} : { [FAILS_BY]: failsBy },
        },
        spec: {
          containers: [{ name: 'app', image: 'registry.example/app:1' }],
          ...(name === 'no-node' ? { nodeSelector: { [NODE_LABEL]: 'yes' } } : {}),
          ...(name === 'over-quota' ? { affinity: ACROSS_NAMESPACES } : {}),
        },
      },
    },
  };
}

/** Says nothing to the scheduler, and makes a pod count against quotas of that scope. */
const ACROSS_NAMESPACES = {
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 1,
        podAffinityTerm: {
          topologyKey: 'kubernetes.io/hostname',
          labelSelector: { matchLabels: { app: 'nobody' } },
          namespaceSelector: {},
        },
      },
    ],
  },
};
