import type { Finding } from '../../finding.ts';
import { lookBehind } from '../../inventory/answering-revision.ts';
import type { Rule } from '../facts.ts';
import { nameWorkload } from '../name-objects.ts';

/** A workload that no webhook lets come back must not be restarted. */
export const podsCreatableRule: Rule = {
  documents: [
    {
      code: 'PodCreationRefused',
      severity: 'blocking',
      meaning:
        'the injector that is asked about the pods of a workload answers with an error, for instance because the pods name an injection template that it does not have: a restart would find no new pod.',
      remedy: 'correct what the pods ask for, or give the injector the template.',
    },
  ],
  check: ({ inventory }) => {
    const dead = new Set(
      inventory.injectors
        .filter(({ webhooks }) => webhooks.some((each) => lookBehind(each).kind === 'nobody'))
        .map(({ name }) => name),
    );
    return inventory.workloads.flatMap((workload): Finding[] => {
      const { prediction, namespace, kind, name } = workload;
      // One finding for a webhook that nobody answers, not one for each of its workloads.
      if (prediction.kind !== 'refused' || dead.has(prediction.webhook.split('/')[0] ?? '')) {
        return [];
      }
      return [
        {
          code: 'PodCreationRefused',
          severity: 'blocking',
          subject: nameWorkload(workload),
          message: `expected new pods to be admitted, found that ${prediction.webhook} refuses them: ${prediction.why}`,
          remedy: `kubectl -n ${namespace} get ${kind.toLowerCase()} ${name} -o jsonpath='{.spec.template.metadata}'`,
        },
      ];
    });
  },
};
