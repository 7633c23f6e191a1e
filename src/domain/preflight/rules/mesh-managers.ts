import type { Finding, Severity } from '../../finding.ts';
import type { OperatorMark } from '../../inventory/control-plane-detail.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/**
 * What the others do with a change that is not theirs. An operator writes its own state back within
 * seconds; Git does so at its next sync, which can be suspended; a Helm release stays as it is until
 * somebody upgrades it. An IstioOperator object is also what `istioctl install` left behind before
 * 1.24, without any controller: somebody has to look.
 */
const SEVERITY_BY_MANAGER: readonly { readonly pattern: RegExp; readonly severity: Severity }[] = [
  { pattern: /sail|google|aks/i, severity: 'blocking' },
  { pattern: /helm/i, severity: 'info' },
];

/** Two who keep one mesh as they want it undo each other's work. */
export const meshManagersRule: Rule = {
  documents: [
    {
      code: 'MeshManagedElsewhere',
      severity:
        'blocking for an operator or a managed mesh (Sail, AKS, Google), overridable for an IstioOperator, Git (Argo CD, Flux) and what is not known, info for a Helm release',
      meaning:
        'somebody else keeps objects of this mesh as they want them and may take back what meshlift changes.',
      remedy:
        'upgrade with the operator that owns the mesh; suspend the sync of Git for the time of the upgrade, or accept it by name.',
    },
  ],
  check: checkManagers,
};

function checkManagers({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  const subjects = new Set(inventory.operators.map(({ subject }) => subject));
  const unsaid = inventory.controlPlanes.flatMap(({ revision, managers }): OperatorMark[] => {
    const plane = mesh.controlPlanes.find((each) => each.revision === revision);
    const subject = `Deployment ${mesh.meshNamespace}/${plane?.deployment ?? revision}`;
    if (managers.length === 0 || subjects.has(subject)) return [];
    return [{ who: managers.join(', '), subject, evidence: 'its labels and annotations' }];
  });
  return [...inventory.operators, ...unsaid].map(({ who, subject, evidence }) => ({
    code: 'MeshManagedElsewhere',
    severity: severityOf(who),
    subject,
    message: `expected nobody but meshlift to change this mesh, found ${who} (${evidence})`,
    remedy: remedyOf(who),
  }));
}

function severityOf(who: string): Severity {
  return SEVERITY_BY_MANAGER.find(({ pattern }) => pattern.test(who))?.severity ?? 'overridable';
}

function remedyOf(who: string): string {
  if (/argo/i.test(who)) {
    return 'kubectl -n argocd patch application NAME --type merge -p \'{"spec":{"syncPolicy":{"automated":null}}}\'';
  }
  if (/flux/i.test(who)) return 'flux suspend kustomization NAME (or helmrelease NAME)';
  return severityOf(who) === 'blocking'
    ? `upgrade the mesh through ${who}, or take the mesh out of its hands`
    : `make sure that ${who} changes nothing while the upgrade runs`;
}
