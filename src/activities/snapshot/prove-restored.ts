import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { Change } from '../../domain/journal/change.ts';
import type { Difference } from '../../domain/report.ts';
import { isOurs } from '../../domain/snapshot/accountable.ts';
import { compareSnapshots } from '../../domain/snapshot/compare-snapshots.ts';
import { explainRecreated } from '../../domain/snapshot/recreated.ts';
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
  /** The differences that the run answers for; none when it is restored. */
  readonly ours: readonly Difference[];
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
 * Compares the cluster with the run's snapshot. A difference counts against the run when it is at a
 * value that the run wrote, unless the undo met somebody else's value there.
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
  const { to } = await loadPlan(access, run);
  const changes = await allChanges(access, run);
  const excused = foreign.map(({ path }) => path);
  const judged = compareSnapshots(before, after).map((difference) => ({
    difference,
    explained: explainRecreated(difference, changes, { before, after }),
  }));
  const ours = judged
    .filter(
      ({ difference, explained }) =>
        explained === undefined &&
        isOurs(difference, changes, to.revision) &&
        !excused.some((place) => sameObject(place, difference.path)),
    )
    .map(({ difference }) => difference);
  const differences = judged.map(({ difference, explained }) => explained ?? difference);
  return { restored: ours.length === 0, ours, differences };
}

/** Paths begin with `Kind name` or `Kind namespace/name`. */
function sameObject(a: string, b: string): boolean {
  const objectOf = (path: string): string => path.split(' ').slice(0, 2).join(' ');
  return objectOf(a) === objectOf(b);
}

async function allChanges(access: ClusterAccess, run: RunRef): Promise<readonly Change[]> {
  const record = recordOf(access, run);
  const plan = await loadPlan(access, run);
  const names = plan.steps.flatMap(({ id, kind }) =>
    kind === 'wave' ? [id, restartJournal(id)] : [id],
  );
  const journals = await Promise.all(names.map((name) => readJournal(record, name)));
  return journals.flatMap((journal) => journal?.changes ?? []);
}
