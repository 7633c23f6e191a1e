import type { Rule } from '../facts.ts';
import { nameWorkload } from '../name-objects.ts';

/** What is not well before cannot be told from what the upgrade broke. */
export const workloadsReadyRule: Rule = {
  documents: [
    {
      code: 'WorkloadNotReady',
      severity: 'overridable',
      meaning:
        'a meshed workload has fewer ready pods than it wants before anything was touched, so what the upgrade breaks could not be told from what was broken.',
      remedy: 'bring it to readiness first, or accept it by name.',
    },
  ],
  check: ({ mesh }) =>
    mesh.workloads
      .filter(({ desiredPods, readyPods }) => readyPods < desiredPods)
      .map((workload) => ({
        code: 'WorkloadNotReady',
        severity: 'overridable',
        subject: nameWorkload(workload),
        message: `expected ${workload.desiredPods} ready pods, found ${workload.readyPods}`,
        remedy: `kubectl -n ${workload.namespace} rollout status ${workload.kind.toLowerCase()}/${workload.name}`,
      })),
};
