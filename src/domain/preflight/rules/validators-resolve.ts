import type { Finding } from '../../finding.ts';
import { lookBehind } from '../../inventory/answering-revision.ts';
import type { ValidatorFacts } from '../../inventory/webhook-facts.ts';
import { DEFAULT_VALIDATOR } from '../../mesh/istio-labels.ts';
import type { Rule } from '../facts.ts';

/** A validator that outlived its revision refuses every write of Istio configuration, or checks none. */
export const validatorsResolveRule: Rule = {
  documents: [
    {
      code: 'ValidatorPointsNowhere',
      severity:
        'blocking for the default validator when nobody answers and its failures count, overridable elsewhere',
      meaning:
        'a validating webhook of Istio belongs to a revision without a control plane: writes of Istio configuration are refused, or nobody checks them.',
      remedy:
        'point the default validator to a revision that exists with `istioctl tag set default`; delete one that belongs to a removed revision.',
    },
  ],
  check: ({ mesh, inventory }) =>
    inventory.validators
      .filter(({ revision }) => !mesh.controlPlanes.some((plane) => plane.revision === revision))
      .map((validator) => findingOf(validator, mesh.controlPlanes[0]?.revision)),
};

function findingOf(validator: ValidatorFacts, existing: string | undefined): Finding {
  const { name, revision, webhooks } = validator;
  const isDefault = name === DEFAULT_VALIDATOR;
  const refuses = webhooks.some(
    (webhook) => webhook.failurePolicy === 'Fail' && lookBehind(webhook).kind === 'nobody',
  );
  return {
    code: 'ValidatorPointsNowhere',
    severity: isDefault && refuses ? 'blocking' : 'overridable',
    subject: `ValidatingWebhookConfiguration ${name}`,
    message: `expected it to belong to a revision with a control plane, found ${revision}${refuses ? ': nobody answers it and its failures count, so it refuses every write that it selects' : ''}`,
    remedy: isDefault
      ? `istioctl tag set default --revision ${existing ?? 'REVISION'} --overwrite`
      : `kubectl delete validatingwebhookconfiguration ${name}`,
  };
}
