import type { Finding } from '../../finding.ts';
import type { NamespaceSelection } from '../../mesh/observed-mesh.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { informOnce } from '../name-objects.ts';

/** A namespace whose label a canary changes, while Git or an operator keeps it as it was. */
export const namespaceManagersRule: Rule = {
  documents: [
    {
      code: 'NamespaceManagedElsewhere',
      severity:
        'overridable where the new label stays (namespaces by revision name), info where it is put back at the end (`istio-injection`)',
      meaning:
        'a canary has to change the label of a namespace that Git or an operator owns, and its next sync would change it back.',
      remedy:
        'label the namespace with a tag: then only the tag moves and its label never changes; or suspend the sync.',
    },
  ],
  check: checkNamespaceManagers,
};

function checkNamespaceManagers({ mesh, inventory, strategy }: PreflightFacts): readonly Finding[] {
  if (strategy !== 'canary') return [];
  const managed = inventory.namespaces.flatMap(({ name, managers }) => {
    const selection = mesh.namespaces.find((each) => each.name === name)?.selection;
    return managers.length === 0 || selection === undefined ? [] : [{ name, managers, selection }];
  });
  const lasting = managed.filter(({ selection }) => selection.kind === 'revision');
  const forAWhile = managed.filter(({ selection }) => followsDefault(selection));
  return [
    ...lasting.map(({ name, managers }): Finding => ({
      code: 'NamespaceManagedElsewhere',
      severity: 'overridable',
      subject: `Namespace ${name}`,
      message: `expected nobody to put its label istio.io/rev back, found ${managers.join(', ')}`,
      remedy: `label it with a tag in its source: istio.io/rev=<tag>`,
    })),
    ...informOnce({
      code: 'NamespaceManagedElsewhere',
      subjects: forAWhile.map(({ name }) => `Namespace ${name}`),
      noun: 'namespaces',
      message:
        'expected nobody to put the label back while the upgrade runs, found Git or an operator that owns it',
      remedy: 'suspend its sync for the time of the upgrade, or use a tag in its source',
    }),
  ];
}

/** Both follow the default, and get their owner's label back once it has moved. */
function followsDefault(selection: NamespaceSelection): boolean {
  return (
    selection.kind === 'injection-label' ||
    (selection.kind === 'tag' && selection.tag === 'default')
  );
}
