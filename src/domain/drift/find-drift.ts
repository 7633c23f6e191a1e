import { diffFields } from '../diff/diff-fields.ts';
import { sameJson } from '../json.ts';
import { refOf, type Json, type KubernetesObject } from '../kubernetes-object.ts';
import { comparable } from './comparable.ts';
import type { Drift, ObjectDrift } from './drift.ts';
import {
  ownedFields,
  ownedParts,
  resolveField,
  type OwnedField,
  type ResolvedField,
} from './field-owners.ts';
import { hideSecrets } from './hide-secrets.ts';
import { isInstallers, isNoise, isOperating } from './noise.ts';
import { compareThreeWays, overlaps, type ThreeWay } from './three-ways.ts';

/** What is known of one object that is in the cluster and in the target's render. */
export interface DriftFacts {
  readonly live: KubernetesObject;
  /** What a forced dry run of the running version's render makes of it; absent where there is none. */
  readonly old?: KubernetesObject;
  /** As the running version's installer renders it. */
  readonly oldRender?: KubernetesObject;
  /** What a forced dry run of the target's render makes of it. */
  readonly next: KubernetesObject;
  /** Fields by which an unforced apply was refused, as the API server names them. */
  readonly conflicts: readonly string[];
}

/**
 * The direct edits of one object by three looks: where it is not what the running version's render
 * makes of it, which fields of others refuse the target's, and what else others have set in it.
 */
export function findDrift(facts: DriftFacts): ObjectDrift {
  const looks = lookAt(facts);
  const edited = editedFields(looks);
  const refused = refusedFields(looks, edited);
  const added = addedFields(looks, [...edited, ...refused]);
  return {
    ref: refOf(facts.live),
    drifts: oncePerField([...edited, ...refused, ...added]).map((drift) => tidied(drift, looks)),
    needsForce: looks.conflicts.length > 0,
  };
}

/** Of a list that is compared whole, several fields are one. */
function oncePerField(drifts: readonly Drift[]): readonly Drift[] {
  return [
    ...new Map([...drifts].reverse().map((drift) => [drift.field, drift])).values(),
  ].reverse();
}

interface Looks extends DriftFacts {
  readonly shown: Json;
  readonly ways: readonly ThreeWay[];
  readonly owners: readonly (OwnedField & ResolvedField)[];
  /** Those of `conflicts` that nobody writes by design. */
  readonly foreign: readonly (OwnedField & ResolvedField)[];
}

function lookAt(facts: DriftFacts): Looks {
  const { live, old = live, next } = facts;
  const shown = comparable(live);
  const owners = ownedFields(live).map((owned) => ({
    ...owned,
    ...resolveField(shown, owned.steps),
  }));
  const conflicts = foreignConflicts(live, facts.conflicts);
  return {
    ...facts,
    conflicts,
    shown,
    ways: compareThreeWays({ old: comparable(old), live: shown, next: comparable(next) }),
    owners,
    foreign: owners.filter((owned) => !isInstallers(owned) && conflicts.includes(owned.field)),
  };
}

/** Conflicts but for those with whoever writes the field in normal operation. */
export function foreignConflicts(
  live: KubernetesObject,
  conflicts: readonly string[],
): readonly string[] {
  const owners = ownedFields(live);
  return [...new Set(conflicts)].filter((field) => {
    const others = owners.filter((owned) => owned.field === field && !isInstallers(owned));
    return others.length === 0 || !others.every((owned) => isOperating(live, owned));
  });
}

/** First look: not what the running version's render makes of it. */
function editedFields({ live, ways, owners }: Looks): readonly Drift[] {
  return ways.flatMap(({ field, old, live: found, next }): Drift[] => {
    if (sameJson(old, found)) return [];
    const theirs = owners.filter(({ path }) => overlaps(path, field));
    if (isNoise(live, field, theirs)) return [];
    return [
      {
        ref: refOf(live),
        field,
        kind: found === undefined ? 'removed' : old === undefined ? 'added' : 'changed',
        ...(found === undefined ? {} : managerOf(live, theirs)),
        ...given('expected', old),
        ...given('found', found),
        ...given('next', next),
        outcome: sameJson(found, next) ? 'kept' : 'reset',
      },
    ];
  });
}

/** Second look: the server refuses them. A value that the configuration repeats is carried over. */
function refusedFields(looks: Looks, known: readonly Drift[]): readonly Drift[] {
  return looks.conflicts.flatMap((conflict) => {
    const owner = looks.foreign.find(({ field }) => field === conflict);
    const field = owner?.path ?? conflict.replace(/^\./, '');
    const isKnown = known.some((drift) => overlaps(drift.field, field));
    return isKnown ? [] : [refusedField(looks, field, owner)];
  });
}

function refusedField(
  { live, old, oldRender, ways }: Looks,
  field: string,
  owner: Looks['foreign'][number] | undefined,
): Drift {
  const isRendered = owner !== undefined && isSet(oldRender, owner);
  const way = ways.find((each) => overlaps(each.field, field));
  const found = way?.live ?? owner?.value;
  const isCarriedOver = way === undefined || (isRendered && old !== undefined);
  return {
    ref: refOf(live),
    field,
    kind: isRendered || old === undefined ? 'changed' : 'added',
    ...(owner === undefined ? {} : { manager: owner.manager }),
    ...given('found', found),
    ...given('next', isCarriedOver ? found : way.next),
    outcome: isCarriedOver ? 'kept' : 'reset',
  };
}

/** Where the parts of an object that configure it begin; labels and annotations of others are theirs. */
const CONFIGURING = /^(?!metadata\b|status\b)/;

/** Third look: what others have set besides, which an apply leaves. */
function addedFields(looks: Looks, known: readonly Drift[]): readonly Drift[] {
  const { live, shown, oldRender, owners } = looks;
  // Of an object that the installer never applied everything would be an addition.
  if (!owners.some(isInstallers)) return [];
  return ownedParts(live).flatMap((owned): Drift[] => {
    if (isInstallers(owned) || isOperating(live, owned)) return [];
    const { path: field, value } = resolveField(shown, owned.steps);
    const isKnown = known.some((drift) => overlaps(drift.field, field));
    if (isKnown || value === undefined || !CONFIGURING.test(field)) return [];
    if (isNoise(live, field, [owned])) return [];
    return [
      {
        ref: refOf(live),
        field,
        kind: isSet(oldRender, owned) ? 'changed' : 'added',
        manager: owned.manager,
        found: value,
        next: value,
        outcome: 'kept',
      },
    ];
  });
}

function isSet(object: KubernetesObject | undefined, { steps }: OwnedField): boolean {
  return object !== undefined && resolveField(comparable(object), steps).value !== undefined;
}

/** The installer's name stands where somebody used it, or where its configuration was not recovered. */
function managerOf(
  live: KubernetesObject,
  owners: readonly OwnedField[],
): { readonly manager?: string } {
  const foreign = owners.find((owned) => !isInstallers(owned) && !isOperating(live, owned));
  const manager = (foreign ?? owners[0])?.manager;
  return manager === undefined ? {} : { manager };
}

/** Texts of several lines by their lines, and nothing secret. */
function tidied(drift: Drift, { live, old, next }: Looks): Drift {
  const show = hideSecrets(drift.ref.kind, [live, old, next]);
  const { expected, found, next: after, ...rest } = inLines(drift);
  const shown = (value: Json | undefined): Json | undefined =>
    value === undefined ? undefined : show(drift.field, value);
  return {
    ...rest,
    ...given('expected', shown(expected)),
    ...given('found', shown(found)),
    ...given('next', shown(after)),
  };
}

function inLines(drift: Drift): Drift {
  const { expected, found, next, ...rest } = drift;
  if (typeof expected !== 'string' || typeof found !== 'string') return drift;
  const [lines] = diffFields(expected, found, drift.field);
  if (lines === undefined || lines.path === drift.field) return drift;
  const after = sameJson(next, found)
    ? lines.to
    : sameJson(next, expected)
      ? lines.from
      : undefined;
  return {
    ...rest,
    field: lines.path,
    ...given('expected', lines.from),
    ...given('found', lines.to),
    ...given('next', after),
  };
}

function given<K extends string>(name: K, value: Json | undefined): { readonly [k in K]?: Json } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [k in K]?: Json };
}
