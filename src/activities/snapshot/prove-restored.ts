import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { formatRef } from '../../domain/kubernetes-object.ts';
import type { Difference } from '../../domain/report.ts';
import { compareSnapshots } from '../../domain/snapshot/compare-snapshots.ts';
import type { Snapshot } from '../../domain/snapshot/snapshot.ts';
import { ActivityError } from '../errors.ts';
import { loadPlan, recordOf } from '../load-plan.ts';
import { readJournal } from '../record/step-journal.ts';
import { restartJournal } from '../restart/wave-workloads.ts';
import type { RunRef } from '../run-ref.ts';
import { readSnapshot } from './read-snapshot.ts';

export interface Proof {
  /** Nothing that this run changed differs from the snapshot. */
  readonly restored: boolean;
  /** Every difference, those that others made included. */
  readonly differences: readonly Difference[];
}

/** Controllers need a moment after the last undo until counts are what they were. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 2000;

/** Compares until the cluster is as it was, or patience ends; the last comparison is the answer. */
export async function proveRestored(
  access: ClusterAccess,
  run: RunRef,
  foreign: readonly Difference[],
): Promise<Proof> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const proof = await compareOnce(access, run, foreign);
    if (proof.restored || Date.now() > deadline) return proof;
    await delay(LOOK_EVERY_MS);
  }
}

/**
 * Compares the cluster with the run's snapshot. A difference counts against the run unless it is at
 * an object that the run never wrote, or one where the undo met somebody else's value.
 */
async function compareOnce(
  access: ClusterAccess,
  run: RunRef,
  foreign: readonly Difference[],
): Promise<Proof> {
  const before = (await recordOf(access, run).get('snapshot')) as Snapshot | undefined;
  if (before === undefined) {
    throw new ActivityError('RecordUnreadable', `run ${run.runId} has no snapshot to compare with`);
  }
  const after = await readSnapshot(access.worker, run.meshNamespace);
  const differences = compareSnapshots(before, after);
  const touched = await touchedObjects(access, run, before);
  const excused = foreign.map(({ path }) => path);
  const ours = differences.filter(({ path }) => {
    const isTouched = touched.some((object) => path.startsWith(`${object} `));
    const isExcused = excused.some((place) => sameObject(place, path));
    return isTouched && !isExcused;
  });
  return { restored: ours.length === 0, differences };
}

/** Paths begin with `Kind name` or `Kind namespace/name`. */
function sameObject(a: string, b: string): boolean {
  const objectOf = (path: string): string => path.split(' ').slice(0, 2).join(' ');
  return objectOf(a) === objectOf(b);
}

/**
 * What the run wrote to. A workload that came later is not in the snapshot: that it is there is
 * somebody else's doing, even when the run restarted it.
 */
async function touchedObjects(
  access: ClusterAccess,
  run: RunRef,
  before: Snapshot,
): Promise<readonly string[]> {
  const record = recordOf(access, run);
  const plan = await loadPlan(access, run);
  const names = plan.steps.flatMap(({ id, kind }) =>
    kind === 'wave' ? [id, restartJournal(id)] : [id],
  );
  const journals = await Promise.all(names.map((name) => readJournal(record, name)));
  const places = Object.keys(before);
  return journals.flatMap((journal) =>
    (journal?.changes ?? []).flatMap((change) => {
      const object = formatRef(change.ref);
      const wasThere = places.some((place) => place.startsWith(`${object} `));
      return wasThere || change.kind === 'create' ? [object] : [];
    }),
  );
}
