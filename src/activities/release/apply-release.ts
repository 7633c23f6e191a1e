import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { Change } from '../../domain/journal/change.ts';
import { sameJson } from '../../domain/json.ts';
import {
  formatRef,
  refOf,
  type Json,
  type KubernetesObject,
} from '../../domain/kubernetes-object.ts';
import type { PlannedObject } from '../../domain/planning/plan.ts';
import { ActivityError } from '../errors.ts';
import type { RunRecord } from '../record/run-record.ts';
import { readJournal, writeJournal } from '../record/step-journal.ts';
import { applyForced, applyUnforced, INSTALL_FIELD_MANAGER, type Pair } from './apply-object.ts';
import { compareContent } from './compare-release.ts';

type ReleaseChange = Extract<Change, { kind: 'create' | 'update' }>;

/** A step that applies a release: what was planned of each of its objects. */
export interface ReleaseStep {
  readonly id: string;
  readonly objects: readonly PlannedObject[];
}

/** Applies rendered objects in order, journaled before the first. Safe to repeat. Returns how many were written. */
export async function applyRelease(
  access: ClusterAccess,
  record: RunRecord,
  step: ReleaseStep,
  objects: readonly KubernetesObject[],
): Promise<number> {
  const forced = forcedOf(step);
  const journal =
    (await readJournal(record, step.id)) ??
    (await writeJournal(record, step.id, 'begun', await intendedChanges(access, objects, forced)));
  if (journal.state === 'done') return journal.changes.length;

  const intended = new Map(journal.changes.map((change) => [formatRef(change.ref), change]));
  const made: Change[] = [];
  for (const object of objects) {
    const name = formatRef(refOf(object));
    const { uid } = (await applyObject(access, object, forced.get(name))).metadata;
    const change = intended.get(name);
    if (change !== undefined) made.push(withUid(change, uid));
  }
  await writeJournal(record, step.id, 'done', made);
  return made.length;
}

/** Those of its objects whose direct edits were accepted, by name. */
function forcedOf({ objects }: ReleaseStep): ReadonlyMap<string, PlannedObject> {
  return new Map(
    objects.flatMap((each) => (each.force === true ? [[formatRef(each.ref), each]] : [])),
  );
}

/** What is not there will be created; what is there is kept whole, to be put back. */
async function intendedChanges(
  access: ClusterAccess,
  objects: readonly KubernetesObject[],
  forced: ReadonlyMap<string, PlannedObject>,
): Promise<ReleaseChange[]> {
  return Promise.all(
    objects.map(async (object): Promise<ReleaseChange> => {
      const ref = refOf(object);
      const live = await access.installer.get(ref);
      const planned = forced.get(formatRef(ref));
      if (planned !== undefined) assertSameObject(planned, live);
      if (live === undefined) return { kind: 'create', ref };
      const applied = await makeObject(access, { object, live }, { planned, dryRun: true });
      // CRDs are never lowered, so their prior value would only fill the record.
      if (live.kind === 'CustomResourceDefinition') return { kind: 'create', ref };
      return { kind: 'update', ref, uid: live.metadata.uid ?? '', prior: live, applied };
    }),
  );
}

/** A status that is written between reading and writing moves the version of the object. */
const TRIES = 5;

async function applyObject(
  access: ClusterAccess,
  object: KubernetesObject,
  planned: PlannedObject | undefined,
): Promise<KubernetesObject> {
  for (let tries = 1; ; tries += 1) {
    const live = await access.installer.get(refOf(object));
    if (planned !== undefined) assertSameObject(planned, live);
    if (live === undefined) {
      return access.installer.apply(object, { fieldManager: INSTALL_FIELD_MANAGER });
    }
    try {
      return await makeObject(access, { object, live }, { planned, dryRun: false });
    } catch (error) {
      const isLate = error instanceof KubernetesError && error.reason === 'Conflict';
      if (!isLate || planned === undefined || tries >= TRIES) throw error;
    }
  }
}

async function makeObject(
  access: ClusterAccess,
  pair: Pair,
  { planned, dryRun }: { readonly planned: PlannedObject | undefined; readonly dryRun: boolean },
): Promise<KubernetesObject> {
  if (planned !== undefined) return makeByForce(access, pair, { planned, dryRun });
  const applied = await applyUnforced(access, pair, dryRun);
  if (applied.kind === 'applied') return applied.object;
  throw new ActivityError(
    'ForeignChange',
    `${formatRef(refOf(pair.object))}: expected fields of the installer alone, found direct edits of ${applied.why}. Nothing was forced; take the edit back and retry`,
  );
}

/** Only what was seen and accepted is overwritten: the write must make of the object what was planned. */
async function makeByForce(
  access: ClusterAccess,
  pair: Pair,
  { planned, dryRun }: { readonly planned: PlannedObject; readonly dryRun: boolean },
): Promise<KubernetesObject> {
  const next = await applyForced(access, pair, true);
  const now = compareContent(pair.live, next);
  // Nothing to change: an earlier attempt has made it.
  if (now.action === 'update' && !sameJson(differencesOf(now), differencesOf(planned))) {
    throw editedSince(planned, 'other fields of others than the plan lists');
  }
  return dryRun ? next : applyForced(access, pair, false);
}

function differencesOf({ diff, diffLeftOut }: Pick<PlannedObject, 'diff' | 'diffLeftOut'>): Json {
  return JSON.parse(JSON.stringify([diff ?? [], diffLeftOut ?? null])) as Json;
}

function assertSameObject(planned: PlannedObject, live: KubernetesObject | undefined): void {
  if (live !== undefined && live.metadata.uid === planned.uid) return;
  throw editedSince(planned, live === undefined ? 'nothing: it was deleted' : 'another object');
}

function editedSince({ ref }: PlannedObject, found: string): ActivityError {
  return new ActivityError(
    'ForeignChange',
    `${formatRef(ref)}: expected the direct edits that were accepted with the plan, found ${found}. Nothing was forced; put it back as it was and retry, or make a new plan`,
  );
}

function withUid(change: Change, uid: string | undefined): Change {
  return change.kind === 'create' && uid !== undefined ? { ...change, uid } : change;
}
