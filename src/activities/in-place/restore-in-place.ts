import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { explain } from '../../domain/health/combine.ts';
import { formatRef, refOf } from '../../domain/kubernetes-object.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { Difference } from '../../domain/report.ts';
import { markUndone, undoChanges, type UndoReceipt } from '../changes/undo-journal.ts';
import { ActivityError } from '../errors.ts';
import { lookUntil } from '../health/look-until.ts';
import type { RunRecord } from '../record/run-record.ts';
import { readJournal } from '../record/step-journal.ts';
import { applyUnforced } from '../release/apply-object.ts';
import { recordedBefore } from './recorded-before.ts';
import { lookAtVersion } from './look-at-version.ts';

/**
 * Brings the control plane back to its former version: prior objects from the journal where they are
 * still ours, and where one is gone the object as the former version's installer rendered it. Done only
 * when every istiod serves the former version again: what is restarted afterwards gets its proxy. Safe
 * to repeat.
 */
export async function restoreInPlace(
  access: ClusterAccess,
  record: RunRecord,
  plan: UpgradePlan,
  step: string,
): Promise<UndoReceipt> {
  if ((await readJournal(record, step)) === undefined) return { reverted: 0, foreign: [] };
  const remade = await remakeGone(access, record, step);
  const { reverted, foreign: met } = await undoChanges(access, record, step);
  const isRemade = (path: string): boolean =>
    [...remade].some((name) => path.startsWith(`${name} `));
  const foreign = met.filter(({ path }) => !isRemade(path));
  await untilServing(access, plan, foreign);
  await markUndone(record, step, foreign);
  return { reverted: reverted + remade.size, foreign };
}

/** What was there before and somebody deleted since; by its name. */
async function remakeGone(
  access: ClusterAccess,
  record: RunRecord,
  step: string,
): Promise<ReadonlySet<string>> {
  const [journal, before] = await Promise.all([readJournal(record, step), recordedBefore(record)]);
  const renders = new Map(before.map((object) => [formatRef(refOf(object)), object]));
  const remade = new Set<string>();
  for (const change of journal?.changes ?? []) {
    const render = renders.get(formatRef(change.ref));
    if (change.kind !== 'update' || render === undefined) continue;
    const live = await access.installer.get(change.ref);
    if (live?.metadata.uid === change.uid) continue;
    // One that somebody made anew is taken as far as it is nobody else's by now.
    const pair = { object: render, live: live ?? render };
    const { kind } = await applyUnforced(access, pair, false);
    if (kind === 'applied') remade.add(formatRef(change.ref));
  }
  return remade;
}

async function untilServing(
  access: ClusterAccess,
  { from, meshNamespace, policy }: UpgradePlan,
  foreign: readonly Difference[],
): Promise<void> {
  const seconds = policy.controlPlaneDeadlineSeconds;
  const verdict = await lookUntil(
    () => lookAtVersion(access, meshNamespace, from),
    ({ status }) => status === 'Healthy',
    seconds,
  );
  if (verdict.status === 'Healthy') return;
  const left = foreign.map(({ path, found }) => `${path} is ${found}`).join(', ');
  const hint = left === '' ? '' : `. Left as others set it: ${left}; put it back and retry`;
  throw new ActivityError(
    'Unhealthy',
    `control plane ${from.revision} does not serve ${from.version} again after ${seconds} s: ${explain(verdict)}. The proxies wait for it${hint}`,
    [verdict],
  );
}
