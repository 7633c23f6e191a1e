import { expect } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { SAMPLE_NAMESPACES, type SampleNamespace } from '../../../rig/mesh/samples/workloads.ts';
import type { Bench } from './bench.ts';
import { eventually } from './eventually.ts';
import { project, type LiveObject, type Projection } from './projection.ts';

/** The sample namespace that is outside of the mesh. */
export const BYSTANDER = 'legacy';

const MESHED = SAMPLE_NAMESPACES.filter(({ name }) => name !== BYSTANDER);

/** `namespace/name` of every workload that runs a proxy. */
export const MESHED_WORKLOADS: readonly string[] = workloadNames(MESHED);

export function workloadNames(namespaces: readonly SampleNamespace[]): readonly string[] {
  return namespaces.flatMap(({ name, workloads }) =>
    workloads.map((each) => `${name}/${each.name}`),
  );
}

/** The workload of a pod, as `namespace/name`; the longest name that fits, as names begin alike. */
export function workloadOfPod(namespace: string, pod: string): string | undefined {
  return MESHED_WORKLOADS.filter((workload) => `${namespace}/${pod}`.startsWith(`${workload}-`))
    .toSorted((a, b) => b.length - a.length)
    .at(0);
}

/** The state of a mesh in which nothing is on its way. */
export async function calmState(bench: Bench): Promise<Projection> {
  return eventually(
    async () => {
      const state = await project(bench.kubernetes);
      return JSON.stringify(state).includes('not ready') ? undefined : state;
    },
    { what: 'every pod is ready' },
  );
}

/** That the mesh is as it was, and that nobody holds it any more. */
export async function expectRestored(bench: Bench, before: Projection): Promise<void> {
  await expectState(bench, before);
  expect(await lockOf(bench)).toBeUndefined();
}

/** Pods that are on their way out may still change counts for a moment; then every value counts. */
export async function expectState(bench: Bench, expected: Projection): Promise<void> {
  const isThere = async (): Promise<boolean> =>
    isDeepStrictEqual(await project(bench.kubernetes), expected);
  await eventually(isThere, { what: 'the expected state', withinMs: 20_000 }).catch(() => false);
  expect(await project(bench.kubernetes)).toEqual(expected);
}

/** The object by which one run holds the mesh. */
export async function lockOf(bench: Bench): Promise<LiveObject | undefined> {
  return bench.kubernetes.find('/api/v1/namespaces/istio-system/configmaps/meshlift-owner');
}

/** What the pods of meshed workloads run: each on one revision, all of them ready. */
export function podsOn(revision: string): Readonly<Record<string, Record<string, number>>> {
  const nodes = 3;
  return Object.fromEntries(
    MESHED.flatMap(({ name, workloads }) =>
      workloads.map((workload) => [
        `pods of ${name}/${workload.name}`,
        { [`${revision}, ready`]: workload.kind === 'DaemonSet' ? nodes : workload.replicas },
      ]),
    ),
  );
}

/** The part of a projection that `podsOn` speaks of. */
export function meshedPods(state: Projection): Projection {
  return Object.fromEntries(
    MESHED_WORKLOADS.map((workload) => [`pods of ${workload}`, state[`pods of ${workload}`]]),
  );
}
