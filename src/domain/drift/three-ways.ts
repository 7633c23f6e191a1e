import { isJsonList, isJsonObject, sameJson } from '../json.ts';
import { compareText, type Json } from '../kubernetes-object.ts';
import { itemKeyOf } from '../diff/item-key.ts';

/** One field in three states of a thing; absent where a state has none. */
export interface ThreeWay {
  readonly field: string;
  /** As the running version's installer makes it. */
  readonly old?: Json;
  readonly live?: Json;
  /** As the target makes it. */
  readonly next?: Json;
}

/** The states that are compared. */
export interface ThreeStates {
  readonly old: Json | undefined;
  readonly live: Json | undefined;
  readonly next: Json | undefined;
}

/** Every field in which the three are not all the same, in a fixed order; as fine as they allow it. */
export function compareThreeWays(states: ThreeStates, field = ''): readonly ThreeWay[] {
  const { old, live, next } = states;
  if (sameJson(old, live) && sameJson(live, next)) return [];
  // What somebody added or took away whole is one field, not one for each of its members.
  const there = next === undefined ? [old, live] : [old, live, next];
  if (there.every(isJsonObject)) return compareMembers(states, field);
  if (there.every(isJsonList)) return compareItems(states, field);
  return [leaf(states, field)];
}

function compareMembers(states: ThreeStates, field: string): readonly ThreeWay[] {
  const all = [states.old, states.live, states.next].flatMap((state) =>
    isJsonObject(state) ? Object.keys(state) : [],
  );
  return [...new Set(all)].sort(compareText).flatMap((key) =>
    compareThreeWays(
      inEach(states, (state) => (isJsonObject(state) ? state[key] : undefined)),
      field === '' ? key : `${field}.${key}`,
    ),
  );
}

function compareItems(states: ThreeStates, field: string): readonly ThreeWay[] {
  const [old, live, next] = [states.old, states.live, states.next].map((state) =>
    isJsonList(state) ? state : [],
  ) as [readonly Json[], readonly Json[], readonly Json[]];
  const key = itemKeyOf(old, live);
  if (key === undefined || itemKeyOf(live, next) !== key || itemKeyOf(old, next) !== key) {
    return [leaf(states, field)];
  }
  const nameOf = (item: Json): Json | undefined => (isJsonObject(item) ? item[key] : undefined);
  const names = [...old, ...live, ...next].map((item) => JSON.stringify(nameOf(item) ?? null));
  const found = [...new Set(names)].flatMap((name) =>
    compareThreeWays(
      inEach(states, (state) =>
        isJsonList(state)
          ? state.find((item) => JSON.stringify(nameOf(item) ?? null) === name)
          : undefined,
      ),
      `${field}[${key}=${name}]`,
    ),
  );
  return found.length > 0 ? found : [leaf(states, field)];
}

function inEach(
  { old, live, next }: ThreeStates,
  read: (state: Json | undefined) => Json | undefined,
): ThreeStates {
  return { old: read(old), live: read(live), next: read(next) };
}

function leaf({ old, live, next }: ThreeStates, field: string): ThreeWay {
  return {
    field,
    ...(old === undefined ? {} : { old }),
    ...(live === undefined ? {} : { live }),
    ...(next === undefined ? {} : { next }),
  };
}

/** Whether one path is the other, or leads to it. */
export function overlaps(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  return long === short || long.startsWith(`${short}.`) || long.startsWith(`${short}[`);
}
