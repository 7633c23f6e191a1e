import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { FREEZES_NAME, readFreezes, writeFreeze } from '../../domain/time/freeze-entries.ts';
import type { Freeze } from '../../domain/time/maintenance-window.ts';
import { RECORD_LABELS } from '../record/record-names.ts';
import { allEntries, freezesRef, textEntries } from './freezes-map.ts';

/** Where the freezes of one mesh are kept. */
export interface FreezeKeeper {
  readonly kubernetes: Pick<KubernetesClient, 'getDated' | 'create' | 'replace'>;
  readonly meshNamespace: string;
}

/** The freezes of the ConfigMap, and the time of the server that answered (ms). */
export interface KeptFreezes {
  readonly freezes: readonly Freeze[];
  readonly unreadable: readonly string[];
  readonly at: number;
}

export type FreezeAnswer =
  { readonly kind: 'done' } | { readonly kind: 'refused'; readonly because: string };

/** A ConfigMap holds 1 MiB, and people have to look through them. */
const MOST_FREEZES = 100;
/** How often somebody else may come first. */
const MOST_TRIES = 5;

export async function listFreezes({
  kubernetes,
  meshNamespace,
}: FreezeKeeper): Promise<KeptFreezes> {
  const { object, at } = await kubernetes.getDated(freezesRef(meshNamespace));
  return { ...readFreezes(allEntries(object)), at: at ?? Date.now() };
}

/** Adds a freeze beside those that are there; one of the same name stays as it is. */
export async function addFreeze(keeper: FreezeKeeper, freeze: Freeze): Promise<FreezeAnswer> {
  const where = `${keeper.meshNamespace}/${FREEZES_NAME}`;
  return change(keeper, (data) => {
    const { freezes } = readFreezes(data);
    const same = freezes.find(({ name }) => name === freeze.name);
    if (same !== undefined && writeFreeze(same) === writeFreeze(freeze)) return data;
    if (Object.hasOwn(data, freeze.name)) {
      return `there is a freeze "${freeze.name}" already. Remove it first, or choose another name`;
    }
    if (Object.keys(data).length >= MOST_FREEZES) {
      return `expected at most ${MOST_FREEZES} freezes in ConfigMap ${where}, found as many. Remove those that are over`;
    }
    return { ...data, [freeze.name]: writeFreeze(freeze) };
  });
}

/** Removes an entry by its name, also one that nobody can read. */
export async function removeFreeze(keeper: FreezeKeeper, name: string): Promise<FreezeAnswer> {
  return change(keeper, (data) => {
    if (Object.hasOwn(data, name)) {
      return Object.fromEntries(Object.entries(data).filter(([key]) => key !== name));
    }
    const known = Object.keys(data).sort().join(', ') || 'none';
    return `expected a freeze of ConfigMap ${keeper.meshNamespace}/${FREEZES_NAME} (${known}), found no "${name}". Those of meshlift.yaml are removed there`;
  });
}

type Data = Readonly<Record<string, unknown>>;

/** Writes what `decide` makes of all entries, bound to the version that was read; a text is a refusal. */
async function change(
  { kubernetes, meshNamespace }: FreezeKeeper,
  decide: (data: Data) => Data | string,
): Promise<FreezeAnswer> {
  const ref = freezesRef(meshNamespace);
  for (let tries = 1; ; tries += 1) {
    const { object } = await kubernetes.getDated(ref);
    const data = textEntries(object);
    const entries = decide(data);
    if (typeof entries === 'string') return { kind: 'refused', because: entries };
    if (entries === data) return { kind: 'done' };
    try {
      if (object === undefined) {
        const { namespace, name, ...type } = ref;
        const metadata = { namespace, name, labels: RECORD_LABELS };
        await kubernetes.create({ ...type, metadata, data: entries });
      } else {
        await kubernetes.replace({ ...object, data: entries });
      }
      return { kind: 'done' };
    } catch (error) {
      const cameFirst = error instanceof KubernetesError && error.code === 409;
      if (!cameFirst || tries >= MOST_TRIES) throw error;
    }
  }
}
