import type { PreflightFacts, Rule } from '../facts.ts';
import type { Finding } from '../../finding.ts';
import { RUNS_TO_ITS_END } from '../../restart/treatment.ts';
import { informOnce, nameWorkload } from '../name-objects.ts';

/** Jobs are never killed: a running one keeps its proxy until it ends. */
export const jobProxiesRule: Rule = {
  documents: [
    {
      code: 'JobKeepsProxy',
      severity: 'info',
      meaning:
        'a Job or CronJob runs with a proxy. meshlift never ends it: what runs now keeps its proxy, the next run gets the new one, and the old control plane is not removed before the last of them has ended.',
      remedy: 'nothing; for a Job that never ends, end it before the old control plane is removed.',
    },
  ],
  check: checkJobs,
};

function checkJobs({ inventory }: PreflightFacts): readonly Finding[] {
  const running = inventory.loosePods
    .filter(({ ownerKind }) => RUNS_TO_ITS_END.has(ownerKind))
    .map(({ namespace, ownerKind, ownerName }) =>
      nameWorkload({ kind: ownerKind, namespace, name: ownerName }),
    );
  const meshed = inventory.workloads
    .filter(
      ({ kind, podsWithProxy, prediction }) =>
        RUNS_TO_ITS_END.has(kind) && (podsWithProxy > 0 || prediction.kind === 'injected'),
    )
    .map(nameWorkload);
  return informOnce({
    code: 'JobKeepsProxy',
    subjects: [...new Set([...running, ...meshed])],
    noun: 'Jobs and CronJobs',
    message:
      'expected workloads that a restart moves, found what runs to its end and keeps its proxy until then',
    remedy: 'kubectl get jobs,cronjobs --all-namespaces',
  });
}
