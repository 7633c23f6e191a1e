import { SAMPLE_NAMESPACES, type SampleWorkload } from '../../../rig/mesh/samples/workloads.ts';
import { isWrite, type AuditedRequest } from './audit-log.ts';
import { BYSTANDER, workloadOfPod } from './mesh.ts';

/** What happened to each workload, as the API server saw it. */
export interface Rollout {
  /** Pod templates that were new to it: ReplicaSets and ControllerRevisions made. */
  readonly templates: number;
  /** Pods that were given a node, hence that began to run. */
  readonly pods: number;
}

const TEMPLATES: ReadonlySet<string> = new Set(['replicasets', 'controllerrevisions']);
const NODES = 3;

/** Counts templates and pods made for each meshed workload. */
export function rolloutsOf(requests: readonly AuditedRequest[]): Readonly<Record<string, Rollout>> {
  const counts = new Map<string, Rollout>();
  for (const request of requests) {
    const made = madeBy(request);
    const { namespace = '', name = '' } = request.objectRef ?? {};
    const workload = made === undefined ? undefined : workloadOfPod(namespace, name);
    if (made === undefined || workload === undefined) continue;
    const before = counts.get(workload) ?? { templates: 0, pods: 0 };
    counts.set(workload, { ...before, [made]: before[made] + 1 });
  }
  return Object.fromEntries(counts);
}

function madeBy(request: AuditedRequest): keyof Rollout | undefined {
  const { resource = '', subresource } = request.objectRef ?? {};
  if (request.verb !== 'create' || !isWrite(request)) return undefined;
  if (subresource === undefined && TEMPLATES.has(resource)) return 'templates';
  return resource === 'pods' && subresource === 'binding' ? 'pods' : undefined;
}

/** What one new template for each meshed workload, rolled out this many times in all, comes to. */
export function rolledOut(times: number): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    SAMPLE_NAMESPACES.filter(({ name }) => name !== BYSTANDER).flatMap(({ name, workloads }) =>
      workloads.map(({ name: workload, kind, replicas }) => [
        `${name}/${workload}`,
        { templates: 1, pods: podsIn(kind, times * (kind === 'DaemonSet' ? NODES : replicas)) },
      ]),
    ),
  );
}

/**
 * The StatefulSet controller makes a pod of the old template once more when its view of the status
 * lags behind, and then replaces it: one more is let pass, since a second restart would make several.
 */
function podsIn(kind: SampleWorkload['kind'], count: number): unknown {
  if (kind !== 'StatefulSet') return count;
  return {
    asymmetricMatch: (found: unknown) => found === count || found === count + 1,
    toString: () => `${count} or ${count + 1}`,
  };
}
