import type { Finding } from '../finding.ts';
import type { Known } from '../inventory/known.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { CrdGap } from './compare-crds.ts';

/** So many of many objects by name; how many there are is known in any case. */
export interface NamedObjects {
  readonly count: number;
  /** `shop/cart`, or `cart` of a kind without namespaces; the first of them. */
  readonly names: readonly string[];
}

/** What live objects of one CRD use of what the target does not have. */
export interface ObjectUses {
  readonly all: NamedObjects;
  /** By version that the target does not serve: objects that somebody wrote in it. */
  readonly byVersion: Readonly<Record<string, NamedObjects>>;
  /** By field or value, `spec.http[].retries.backoff`. */
  readonly byPart: Readonly<Record<string, NamedObjects>>;
}

/** A gap and what is known of the objects that it is about. */
export interface ReadGap {
  readonly gap: CrdGap;
  readonly uses: Known<ObjectUses>;
}

/** Why the target cannot take over what is there, with the objects that stand in its way. */
export function gapFindings({ gap, uses }: ReadGap, target: string): readonly Finding[] {
  return [
    ...unservedFindings(gap, target),
    ...(uses.kind === 'unknown'
      ? [unread(gap, uses.why)]
      : [
          ...storedFindings(gap, uses.value, target),
          ...kindFindings(gap, uses.value, target),
          ...versionFindings(gap, uses.value, target),
          ...partFindings(gap, uses.value, target),
        ]),
  ];
}

/** The old istiod asks for versions that it knows; it works with newer CRDs as long as they serve these. */
function unservedFindings({ crd, unserved, readAs }: CrdGap, target: string): readonly Finding[] {
  if (unserved.length === 0) return [];
  const found = readAs === undefined ? 'no such CRD' : 'that it does not';
  return [
    {
      code: 'CrdVersionMissing',
      severity: 'blocking',
      subject: `CustomResourceDefinition ${crd.name}`,
      message: `expected the cluster to serve ${crd.name} in ${unserved.join(', ')}, which Istio ${target} reads, found ${found}; a downgrade leaves CRDs as they are`,
      remedy: `kubectl get crd ${crd.name} -o yaml`,
    },
  ];
}

function storedFindings(
  { crd, lostStored }: CrdGap,
  { all, byVersion }: ObjectUses,
  target: string,
): readonly Finding[] {
  if (lostStored.length === 0) return [];
  const written = lostStored.map((version) => {
    const objects = byVersion[version] ?? NONE;
    return objects.count === 0
      ? `no object says that it was written in ${version}`
      : `written in ${version}: ${nameObjects(objects)}`;
  });
  const others =
    all.count === 0
      ? 'it has no objects'
      : `${describeCount(all.count, 'object')} may be stored so: ${nameObjects(all)}`;
  return [
    {
      code: 'StoredVersionMissing',
      severity: 'blocking',
      subject: `CustomResourceDefinition ${crd.name}`,
      message: `expected Istio ${target} to have every stored version of ${crd.name}, found ${lostStored.join(', ')} in status.storedVersions; ${[...written, others].join('; ')}`,
      remedy: `write each object anew in a version that both have, then take ${lostStored.join(', ')} out of status.storedVersions: kubectl edit crd ${crd.name} --subresource=status`,
    },
  ];
}

function kindFindings(
  { crd, isNewKind }: CrdGap,
  { all }: ObjectUses,
  target: string,
): readonly Finding[] {
  if (!isNewKind || all.count === 0) return [];
  return [featureMissing(crd, `kind ${crd.kind} (${crd.group})`, { objects: all, target })];
}

function versionFindings(
  { crd, newVersions, lostStored }: CrdGap,
  { byVersion }: ObjectUses,
  target: string,
): readonly Finding[] {
  return newVersions
    .filter((version) => !lostStored.includes(version))
    .flatMap((version) => {
      const objects = byVersion[version] ?? NONE;
      const what = `apiVersion ${crd.group}/${version} of ${crd.kind}`;
      return objects.count === 0 ? [] : [featureMissing(crd, what, { objects, target })];
    });
}

function partFindings({ crd }: CrdGap, { byPart }: ObjectUses, target: string): readonly Finding[] {
  return Object.entries(byPart)
    .filter(([, { count }]) => count > 0)
    .map(([path, objects]) => featureMissing(crd, `${crd.kind} ${path}`, { objects, target }));
}

function featureMissing(
  { name, plural, group, namespaced }: CrdGap['crd'],
  feature: string,
  { objects, target }: { readonly objects: NamedObjects; readonly target: string },
): Finding {
  return {
    code: 'FeatureMissing',
    severity: 'blocking',
    subject: feature,
    message: `expected Istio ${target} to know all that the configuration uses, found that its ${name} has no ${feature}, used by ${describeCount(objects.count, 'object')}: ${nameObjects(objects)}`,
    remedy: `take it out of these objects, or choose another target: kubectl get ${plural}.${group}${namespaced ? ' -A' : ''} -o yaml`,
  };
}

function unread({ crd }: CrdGap, why: string): Finding {
  return {
    code: 'FactUnknown',
    severity: 'blocking',
    subject: `objects of ${crd.name}`,
    message: `expected to know what of the newer ${crd.name} is used, found that it cannot be told: ${why}`,
    remedy: `kubectl get ${crd.plural}.${crd.group}${crd.namespaced ? ' -A' : ''}`,
  };
}

const NONE: NamedObjects = { count: 0, names: [] };

/** A finding travels in histories: so many names stand in it. */
const NAMES_SHOWN = 20;

function nameObjects({ count, names }: NamedObjects): string {
  const shown = names.slice(0, NAMES_SHOWN);
  const rest = count - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
