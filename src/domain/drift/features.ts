import { isJsonList, isJsonObject, sameJson } from '../json.ts';
import {
  compareText,
  formatRef,
  refOf,
  type Json,
  type KubernetesObject,
} from '../kubernetes-object.ts';
import { itemKeyOf } from '../diff/item-key.ts';
import { comparable } from './comparable.ts';
import { nameFeature } from './feature-names.ts';
import { hideSecrets } from './hide-secrets.ts';
import { compareThreeWays } from './three-ways.ts';

/** Something that the running installation was configured with beyond what its version does by itself. */
export interface Feature {
  /** In words, such as `access log`. */
  readonly name: string;
  /** Where it shows, as `Kind namespace/name`, and the field there; an empty field is the object. */
  readonly subject: string;
  readonly field: string;
  /** What the running version does by itself; absent where nothing. */
  readonly byDefault?: Json;
  /** What it is configured with; absent where it is switched off. */
  readonly value?: Json;
  /** What the target makes of the same configuration; absent where nothing. */
  readonly next?: Json;
  /** `lost`: in the target the configuration makes no difference any more. */
  readonly outcome: 'returns' | 'lost';
}

/** Renders of one revision: with its configuration, and with none. */
export interface RenderPair {
  readonly revision: string;
  readonly configured: readonly KubernetesObject[];
  readonly untouched: readonly KubernetesObject[];
}

/**
 * The features of a running installation, and whether they come back in the target. Only renders are
 * compared: what was edited in the cluster is drift. A value that the target turns into another one
 * comes back as long as it makes a difference there.
 */
export function detectFeatures(running: RenderPair, target: RenderPair): readonly Feature[] {
  const before = byName(running.untouched, running.revision);
  const after = byName(target.configured, target.revision);
  const afterUntouched = byName(target.untouched, target.revision);
  const now = byName(running.configured, running.revision);
  return [...new Set([...before.keys(), ...now.keys()])].sort(compareText).flatMap((name) =>
    featuresOf({
      untouched: before.get(name),
      configured: now.get(name),
      next: after.get(name),
      nextUntouched: afterUntouched.get(name),
    }),
  );
}

interface FourStates {
  readonly untouched: KubernetesObject | undefined;
  readonly configured: KubernetesObject | undefined;
  readonly next: KubernetesObject | undefined;
  readonly nextUntouched: KubernetesObject | undefined;
}

function featuresOf({
  untouched,
  configured,
  next,
  nextUntouched,
}: FourStates): readonly Feature[] {
  const object = configured ?? untouched;
  if (object === undefined) return [];
  const where = { kind: object.kind, subject: formatRef(refOf(object)) };
  if (untouched === undefined || configured === undefined) {
    const isLost = (next === undefined) !== (configured === undefined);
    return [
      {
        name: nameFeature(object, '', configured !== undefined),
        subject: where.subject,
        field: '',
        outcome:
          isLost && (next === undefined) === (nextUntouched === undefined) ? 'lost' : 'returns',
      },
    ];
  }
  const [old, live] = [comparable(untouched), comparable(configured)];
  const show = hideSecrets(object.kind, [untouched, configured, next]);
  const target = fieldsOf(next);
  const targetUntouched = fieldsOf(nextUntouched);
  return compareThreeWays({ old, live, next: live }).flatMap(
    ({ field, old: byDefault, live: value }): Feature[] => {
      if (RECORD.test(field)) return [];
      const then = target.get(field);
      const shown = (key: 'byDefault' | 'value' | 'next', each: Json | undefined): object =>
        each === undefined ? {} : { [key]: show(field, each) };
      const isLost = !sameJson(then, value) && sameJson(then, targetUntouched.get(field));
      return [
        {
          name: nameFeature(object, field, value !== undefined),
          subject: where.subject,
          field,
          ...shown('byDefault', byDefault),
          ...shown('value', value),
          ...shown('next', then),
          outcome: isLost ? 'lost' : 'returns',
        },
      ];
    },
  );
}

/**
 * Labels say whose an object is; the record of the values is for people. So is the injector's copy of
 * istiod's environment, which 1.26 began to keep: what has an effect stands in istiod's Deployment.
 */
const RECORD = /^metadata\.labels\b|^data\.(original|merged)-values|^data\.values\.pilot\.env\b/;

/** Objects by kind and name, without the suffix of their revision. */
function byName(
  objects: readonly KubernetesObject[],
  revision: string,
): ReadonlyMap<string, KubernetesObject> {
  return new Map(
    objects.map((object) => {
      const { name } = object.metadata;
      const base = revision === 'default' ? name : name.replace(`-${revision}`, '');
      return [`${object.kind} ${base}`, object];
    }),
  );
}

/** Every value in an object by its path, as comparisons write it. */
function fieldsOf(object: KubernetesObject | undefined): ReadonlyMap<string, Json> {
  const fields = new Map<string, Json>();
  const visit = (value: Json, path: string): void => {
    fields.set(path, value);
    const key = isJsonList(value) ? itemKeyOf(value, value) : undefined;
    if (isJsonList(value) && key !== undefined) {
      for (const item of value) {
        const name = isJsonObject(item) ? item[key] : undefined;
        visit(item, `${path}[${key}=${JSON.stringify(name)}]`);
      }
    }
    if (!isJsonObject(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      if (inner !== undefined) visit(inner, path === '' ? name : `${path}.${name}`);
    }
  };
  if (object !== undefined) visit(comparable(object), '');
  return fields;
}
