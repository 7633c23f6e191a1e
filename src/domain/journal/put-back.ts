import { itemKeyOf } from '../diff/item-key.ts';
import { isJsonList, isJsonObject, sameJson } from '../json.ts';
import type { Json, JsonObject } from '../kubernetes-object.ts';

/** One value in three states; absent where a state has none. */
export interface WrittenValue {
  /** Before the run. */
  readonly prior: Json | undefined;
  /** As the run wrote it. */
  readonly applied: Json | undefined;
  readonly live: Json | undefined;
}

/** A live value with what the run wrote in it taken back. */
export interface PutBack {
  readonly value: Json | undefined;
  /** Fields that the run wrote and somebody else has changed since; they stay as they are. */
  readonly conflicts: readonly string[];
  /** Fields that the run left as they were and somebody else has changed; they stay too. */
  readonly kept: readonly string[];
}

/**
 * The prior value wherever the run has changed it and it is still as the run wrote it; whatever others
 * have changed stays. Members by name, named list items by name, other lists whole.
 */
export function putBack(states: WrittenValue, field = ''): PutBack {
  const { prior, applied, live } = states;
  if (sameJson(live, applied)) return plain(prior);
  if (sameJson(live, prior)) return plain(live);
  const all = [prior, applied, live];
  if (all.every(isJsonObject)) return putBackMembers(states, field);
  const key = all.every(isJsonList) ? keyOfItems(all) : undefined;
  if (key !== undefined) return putBackItems(states, key, field);
  return sameJson(applied, prior)
    ? { value: live, conflicts: [], kept: [field] }
    : { value: live, conflicts: [field], kept: [] };
}

function plain(value: Json | undefined): PutBack {
  return { value, conflicts: [], kept: [] };
}

function putBackMembers(states: WrittenValue, field: string): PutBack {
  const names = [
    ...new Set(
      [states.prior, states.applied, states.live].flatMap((state) =>
        isJsonObject(state) ? Object.keys(state) : [],
      ),
    ),
  ];
  const parts = names.map((name) => {
    const within = field === '' ? name : `${field}.${name}`;
    return [name, putBack(inEach(states, memberOf(name)), within)] as const;
  });
  const members = parts.flatMap(([name, { value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return joined(
    Object.fromEntries(members),
    parts.map(([, part]) => part),
  );
}

/** In the order of before; what others added comes last. */
function putBackItems(states: WrittenValue, key: string, field: string): PutBack {
  const itemsOf = (state: Json | undefined): readonly Json[] => (isJsonList(state) ? state : []);
  const nameOf = (item: Json): string => JSON.stringify(memberOf(key)(item));
  const names = [
    ...new Set([states.prior, states.live, states.applied].flatMap(itemsOf).map(nameOf)),
  ];
  const parts = names.map((name) =>
    putBack(
      inEach(states, (state) => itemsOf(state).find((item) => nameOf(item) === name)),
      `${field}[${key}=${name}]`,
    ),
  );
  const items = parts.flatMap(({ value }) => (value === undefined ? [] : [value]));
  return joined(items, parts);
}

/** What tells the items apart in all three states, where something does. */
function keyOfItems(states: readonly (readonly Json[])[]): string | undefined {
  const [prior = [], applied = [], live = []] = states;
  const key = itemKeyOf(prior, applied);
  return itemKeyOf(applied, live) === key && itemKeyOf(prior, live) === key ? key : undefined;
}

function joined(value: JsonObject | readonly Json[], parts: readonly PutBack[]): PutBack {
  return {
    value,
    conflicts: parts.flatMap(({ conflicts }) => conflicts),
    kept: parts.flatMap(({ kept }) => kept),
  };
}

function memberOf(name: string): (state: Json | undefined) => Json | undefined {
  return (state) => (isJsonObject(state) ? state[name] : undefined);
}

function inEach(
  { prior, applied, live }: WrittenValue,
  read: (state: Json | undefined) => Json | undefined,
): WrittenValue {
  return { prior: read(prior), applied: read(applied), live: read(live) };
}
