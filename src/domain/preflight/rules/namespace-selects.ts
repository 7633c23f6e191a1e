import type { Finding } from '../../finding.ts';
import type { NamespaceSelection } from '../../mesh/observed-mesh.ts';
import type { Rule } from '../facts.ts';

/** A label that selects nothing gives pods without a proxy, and without a word. */
export const namespaceSelectsRule: Rule = {
  documents: [
    {
      code: 'NamespaceSelectsNothing',
      severity: 'overridable',
      meaning:
        'a namespace has an injection label that names no revision, tag or default that exists, so new pods there silently get no proxy.',
      remedy: 'correct or remove the label.',
    },
  ],
  check: ({ mesh }) =>
    mesh.namespaces.flatMap(({ name, selection }): Finding[] => {
      const orphan = orphanOf(selection);
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
    }),
};

/** The label that nothing answers to. */
function orphanOf(selection: NamespaceSelection): string | undefined {
  switch (selection.kind) {
    case 'nothing':
      return selection.label;
    case 'injection-label':
      return selection.revision === undefined ? 'istio-injection=enabled' : undefined;
    case 'tag':
    case 'revision':
    case 'opted-out':
    case 'unlabelled':
      return undefined;
  }
}
