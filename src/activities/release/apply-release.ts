import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { Change } from '../../domain/journal/change.ts';
import { formatRef, refOf, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import { ActivityError } from '../errors.ts';
import type { RunRecord } from '../record/run-record.ts';
import { readJournal, writeJournal } from '../record/step-journal.ts';
import { INSTALL_FIELD_MANAGER } from './compare-release.ts';

type ReleaseChange = Extract<Change, { kind: 'create' | 'update' }>;

/** Applies rendered objects in order, journaled before the first. Safe to repeat. Returns how many were written. */
export async function applyRelease(
  access: ClusterAccess,
  record: RunRecord,
  step: string,
  objects: readonly KubernetesObject[],
): Promise<number> {
  const journal =
    (await readJournal(record, step)) ??
    (await writeJournal(record, step, 'begun', await intendedChanges(access, objects)));
  if (journal.state === 'done') return journal.changes.length;

  const intended = new Map(journal.changes.map((change) => [formatRef(change.ref), change]));
  const made: Change[] = [];
  for (const object of objects) {
    const { uid } = (await applyObject(access, object)).metadata;
    const change = intended.get(formatRef(refOf(object)));
    if (change !== undefined) made.push(withUid(change, uid));
  }
  await writeJournal(record, step, 'done', made);
  return made.length;
}

/** What is not there will be created; what is there is kept whole, to be put back. */
async function intendedChanges(
  access: ClusterAccess,
  objects: readonly KubernetesObject[],
): Promise<ReleaseChange[]> {
  return Promise.all(
    objects.map(async (object): Promise<ReleaseChange> => {
      const ref = refOf(object);
      const live = await access.installer.get(ref);
      // CRDs are never lowered, so their prior value would only fill the record.
      if (live === undefined || live.kind === 'CustomResourceDefinition') {
        return { kind: 'create', ref };
      }
      const applied = await applyObject(access, object, { dryRun: true });
      return { kind: 'update', ref, uid: live.metadata.uid ?? '', prior: live, applied };
    }),
  );
}

async function applyObject(
  { installer }: ClusterAccess,
  object: KubernetesObject,
  options: { readonly dryRun?: boolean } = {},
): Promise<KubernetesObject> {
  try {
    return await installer.apply(object, { fieldManager: INSTALL_FIELD_MANAGER, ...options });
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.reason !== 'Conflict') throw error;
    if (error.causes.length === 0) throw error;
    const fields = error.causes.map(({ field, message }) => `${field ?? '?'} (${message ?? ''})`);
    throw new ActivityError(
      'ForeignChange',
      `${formatRef(refOf(object))}: expected fields of the installer alone, found direct edits of ${fields.join(', ')}. Nothing was forced; take the edit back and retry`,
    );
  }
}

function withUid(change: Change, uid: string | undefined): Change {
  return change.kind === 'create' && uid !== undefined ? { ...change, uid } : change;
}
