import type { Finding } from '../../finding.ts';
import { leftPods, type LeftPods } from '../../restart/treatment.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { nameSome, nameWorkload } from '../name-objects.ts';

/** What nothing moves keeps the old control plane, and people have to know before it begins. */
export const workloadsLeftRule: Rule = {
  documents: [
    {
      code: 'WorkloadLeft',
      severity: 'overridable',
      meaning:
        'pods with a proxy are of nobody, or of an owner of which meshlift does not know how it replaces them: they are left alone, never guessed at, and the old control plane cannot be removed while they use it.',
      remedy:
        'for a pod of nobody say that it may be made again (annotation `meshlift.dev/recreate: "true"`, or `restart.recreateBarePods` of the policy); else replace the pods yourself while the run waits before the removal, and accept the finding with an override.',
    },
  ],
  check: ({ inventory, policy, strategy }: PreflightFacts): readonly Finding[] =>
    leftPods(inventory, policy?.restart ?? {}).map((left) => ({
      code: 'WorkloadLeft',
      severity: 'overridable',
      subject: nameWorkload(left),
      message: `expected pods that a run moves, found ${nameSome(left.pods)} left on ${nameSome(left.revisions)}: ${left.because}. ${strategy === 'canary' ? 'Their control plane is not removed before they are gone' : 'They keep their proxy'}`,
      remedy: remedyFor(left),
    })),
};

function remedyFor({ kind, namespace, name, mayBeAsked }: LeftPods): string {
  if (mayBeAsked) {
    return `kubectl -n ${namespace} annotate pod ${name} meshlift.dev/recreate=true (it is deleted and made again)`;
  }
  return `replace the pods yourself once their namespace has moved (kubectl -n ${namespace} get ${kind.toLowerCase()} ${name}), and accept this by name`;
}
