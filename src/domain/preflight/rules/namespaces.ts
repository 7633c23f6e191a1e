import type { Finding } from '../../finding.ts';
import type { PreflightFacts } from '../facts.ts';

/** A label that selects nothing gives pods without a proxy, and without a word. */
export function checkNamespaceLabels({ mesh }: PreflightFacts): readonly Finding[] {
  return mesh.namespaces.flatMap(({ name, selection }): Finding[] => {
    const orphan =
      selection.kind === 'nothing'
        ? selection.label
        : selection.kind === 'injection-label' && selection.revision === undefined
          ? 'istio-injection=enabled'
          : undefined;
    if (orphan === undefined) return [];
    return [
      {
        code: 'NamespaceSelectsNothing',
        severity: 'overridable',
        subject: `Namespace ${name}`,
        message: `expected its label to name a revision, a tag or a default that exists, found ${orphan}, which selects nothing: new pods there get no proxy`,
        remedy: `kubectl label namespace ${name} ${orphan.split('=')[0] ?? ''}-`,
      },
    ];
  });
}
