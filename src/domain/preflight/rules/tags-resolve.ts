import type { Finding } from '../../finding.ts';
import type { InjectorFacts } from '../../inventory/webhook-facts.ts';
import { DEFAULT_TAG, REVISION_LABEL } from '../../mesh/istio-labels.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { nameSome, nameWorkload } from '../name-objects.ts';

/** A tag must lead to a control plane. */
export const tagsResolveRule: Rule = {
  documents: [
    {
      code: 'TagPointsNowhere',
      severity: 'blocking where a namespace or a workload uses the tag, overridable elsewhere',
      meaning:
        'a revision tag points to a revision without a control plane, or has no webhook at all.',
      remedy:
        'point it to a revision that exists with `istioctl tag set`, or remove it with `istioctl tag remove`.',
    },
  ],
  check: (facts) =>
    facts.inventory.injectors.flatMap((injector) => {
      const { tag } = injector;
      const why = whyNowhere(injector, facts);
      return tag === undefined || why === undefined
        ? []
        : [findingOf({ ...injector, tag }, why, facts)];
    }),
};

function whyNowhere(
  { revision, webhooks }: InjectorFacts,
  { mesh }: PreflightFacts,
): string | undefined {
  if (!mesh.controlPlanes.some((plane) => plane.revision === revision)) {
    return `revision ${revision}, which has no control plane`;
  }
  return webhooks.length === 0 ? 'no webhook in it' : undefined;
}

function findingOf(
  { name, tag }: InjectorFacts & { readonly tag: string },
  why: string,
  facts: PreflightFacts,
): Finding {
  const users = usersOfTag(tag, facts);
  const [plane] = facts.mesh.controlPlanes;
  return {
    code: 'TagPointsNowhere',
    severity: users.length > 0 ? 'blocking' : 'overridable',
    subject: `MutatingWebhookConfiguration ${name}`,
    message: `expected tag ${tag} to point to a control plane, found ${why}; used by ${users.length > 0 ? nameSome(users) : 'nobody'}`,
    remedy: `istioctl tag set ${tag} --revision ${plane?.revision ?? 'REVISION'} --overwrite (or istioctl tag remove ${tag})`,
  };
}

function usersOfTag(tag: string, { mesh, inventory }: PreflightFacts): readonly string[] {
  const namespaces = mesh.namespaces
    .filter(
      ({ selection }) =>
        (selection.kind === 'tag' && selection.tag === tag) ||
        (selection.kind === 'injection-label' && tag === DEFAULT_TAG),
    )
    .map(({ name }) => `namespace ${name}`);
  const workloads = inventory.workloads
    .filter(({ podLabels }) => podLabels[REVISION_LABEL] === tag)
    .map(nameWorkload);
  return [...namespaces, ...workloads];
}
