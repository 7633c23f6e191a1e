import type { ObjectMeta } from '../kubernetes-object.ts';

interface Mark {
  readonly who: string;
  readonly evidence: string;
}

interface KnownMark {
  readonly who: string;
  readonly in: 'labels' | 'annotations';
  readonly key: string;
}

/**
 * How those who keep objects as they want them mark them, as their documentation of 2026-11 says:
 * https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/,
 * https://fluxcd.io/flux/components/kustomize/kustomizations/, https://fluxcd.io/flux/components/helm/helmreleases/,
 * https://helm.sh/docs/chart_best_practices/labels/.
 */
const KNOWN_MARKS: readonly KnownMark[] = [
  { who: 'Argo CD', in: 'annotations', key: 'argocd.argoproj.io/tracking-id' },
  { who: 'Argo CD', in: 'labels', key: 'argocd.argoproj.io/instance' },
  { who: 'Flux', in: 'labels', key: 'kustomize.toolkit.fluxcd.io/name' },
  { who: 'Flux', in: 'labels', key: 'helm.toolkit.fluxcd.io/name' },
  { who: 'Helm', in: 'annotations', key: 'meta.helm.sh/release-name' },
  { who: 'AKS', in: 'labels', key: 'kubernetes.azure.com/managedby' },
  { who: 'AKS', in: 'labels', key: 'addonmanager.kubernetes.io/mode' },
];

/** API groups whose objects own what an operator of Istio made. */
const OWNING_GROUPS: readonly { readonly group: string; readonly who: string }[] = [
  { group: 'sailoperator.io', who: 'Sail Operator' },
  { group: 'install.istio.io', who: 'IstioOperator controller' },
  { group: 'mesh.cloud.google.com', who: 'Google Cloud Service Mesh' },
];

/** Who else keeps this object, by its labels, annotations and owners. */
export function managerMarks(metadata: ObjectMeta): readonly Mark[] {
  const marks = KNOWN_MARKS.flatMap((mark): Mark[] => {
    const value = metadata[mark.in]?.[mark.key];
    if (value === undefined) return [];
    return [{ who: mark.who, evidence: `${singular(mark.in)} ${mark.key}=${value}` }];
  });
  const owners = (metadata.ownerReferences ?? []).flatMap(({ apiVersion, kind, name }): Mark[] => {
    const [group] = apiVersion.split('/');
    const known = OWNING_GROUPS.find((each) => each.group === group);
    return known === undefined ? [] : [{ who: known.who, evidence: `owner ${kind} ${name}` }];
  });
  return [...marks, ...owners];
}

/** As `who: evidence`, the form in which a detail lists them. */
export function managersOf(metadata: ObjectMeta): readonly string[] {
  return managerMarks(metadata).map(({ who, evidence }) => `${who}: ${evidence}`);
}

function singular(where: KnownMark['in']): string {
  return where === 'labels' ? 'label' : 'annotation';
}
