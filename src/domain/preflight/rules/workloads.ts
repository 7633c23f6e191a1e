import type { Finding } from '../../finding.ts';
import { selectedRevision } from '../../mesh/select-revision.ts';
import type { PreflightFacts } from '../facts.ts';

/** Every proxy must belong to a revision that exists, else nobody knows who serves it. */
export function checkProxyRevisions({ mesh }: PreflightFacts): readonly Finding[] {
  const known = new Set(mesh.controlPlanes.map(({ revision }) => revision));
  return mesh.workloads.flatMap((workload): Finding[] => {
    const strangers = Object.keys(workload.podsByRevision).filter(
      (revision) => revision !== 'none' && !known.has(revision),
    );
    if (strangers.length === 0) return [];
    return [
      {
        code: 'ProxyOfUnknownRevision',
        severity: 'blocking',
        subject: `${workload.kind} ${workload.namespace}/${workload.name}`,
        message: `expected pods injected by ${[...known].join(' or ')}, found some of ${strangers.join(', ')}, which has no control plane`,
        remedy: `kubectl -n ${workload.namespace} rollout restart ${workload.kind.toLowerCase()}/${workload.name}`,
      },
    ];
  });
}

/** The old revision can go only when everything that uses it can be moved by a restart. */
export function checkMovable({ mesh }: PreflightFacts): readonly Finding[] {
  const selecting = new Set(
    mesh.namespaces
      .filter(({ selection }) => selectedRevision(selection) !== undefined)
      .map(({ name }) => name),
  );
  const stuck = (subject: string, found: string, remedy: string): Finding => ({
    code: 'WorkloadCannotBeMoved',
    severity: 'blocking',
    subject,
    message: `expected every proxy to follow its namespace's label at a restart; ${found}`,
    remedy,
  });
  const workloads = mesh.workloads.flatMap((workload): Finding[] => {
    const subject = `${workload.kind} ${workload.namespace}/${workload.name}`;
    if (workload.cannotRestart !== undefined) {
      return [
        stuck(subject, workload.cannotRestart, 'change that, or take the workload out of the mesh'),
      ];
    }
    if (selecting.has(workload.namespace)) return [];
    return [
      stuck(
        subject,
        `its namespace ${workload.namespace} selects no revision: its pods are injected by a label of their own`,
        `label the namespace instead: kubectl label namespace ${workload.namespace} istio.io/rev=<tag>`,
      ),
    ];
  });
  const pods = mesh.loosePods.map((pod) =>
    stuck(
      `Pod ${pod.namespace}/${pod.name}`,
      `its owner (${pod.owner}) is not one that meshlift restarts`,
      'delete it, let it finish, or run it without a proxy',
    ),
  );
  return [...workloads, ...pods];
}

/** What is not well before cannot be told from what the upgrade broke. */
export function checkWorkloadsReady({ mesh }: PreflightFacts): readonly Finding[] {
  return mesh.workloads
    .filter(({ desiredPods, readyPods }) => readyPods < desiredPods)
    .map((workload) => ({
      code: 'WorkloadNotReady',
      severity: 'overridable',
      subject: `${workload.kind} ${workload.namespace}/${workload.name}`,
      message: `expected ${workload.desiredPods} ready pods, found ${workload.readyPods}`,
      remedy: `kubectl -n ${workload.namespace} rollout status ${workload.kind.toLowerCase()}/${workload.name}`,
    }));
}
