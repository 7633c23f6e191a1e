import type { Finding } from '../../finding.ts';
import { INJECTION_LABEL, REVISION_LABEL } from '../../mesh/istio-labels.ts';
import { selectRevision, selectedRevision } from '../../mesh/select-revision.ts';
import type { ObservedMesh, ObservedNamespace } from '../../mesh/observed-mesh.ts';
import type { Rule } from '../facts.ts';

/** With both labels `istio-injection` wins, and what the other one says is not what happens. */
export const namespaceBothLabelsRule: Rule = {
  documents: [
    {
      code: 'NamespaceHasBothLabels',
      severity: 'overridable where the labels name different revisions, info where they agree',
      meaning:
        'a namespace has both `istio-injection` and `istio.io/rev`: the first one wins, and the second has no effect.',
      remedy: 'remove the label that is not meant.',
    },
  ],
  check: ({ mesh, inventory }) => {
    const both = new Set(
      inventory.namespaces.filter(({ hasBothLabels }) => hasBothLabels).map(({ name }) => name),
    );
    return mesh.namespaces
      .filter(({ name }) => both.has(name))
      .map((namespace) => findingOf(namespace, mesh));
  },
};

function findingOf({ name, labels, selection }: ObservedNamespace, mesh: ObservedMesh): Finding {
  const { [INJECTION_LABEL]: injection = '', [REVISION_LABEL]: wanted = '' } = labels;
  const named = selectedRevision(selectRevision({ [REVISION_LABEL]: wanted }, mesh));
  const actual = selectedRevision(selection);
  return {
    code: 'NamespaceHasBothLabels',
    severity: named !== undefined && named === actual ? 'info' : 'overridable',
    subject: `Namespace ${name}`,
    message: `expected one injection label, found ${INJECTION_LABEL}=${injection}, which wins (${actual ?? 'no proxy'}), beside ${REVISION_LABEL}=${wanted} (${named ?? 'nothing'})`,
    remedy: `kubectl label namespace ${name} ${INJECTION_LABEL}- (or ${REVISION_LABEL}-)`,
  };
}
