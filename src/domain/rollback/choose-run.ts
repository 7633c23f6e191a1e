import type { Finding } from '../finding.ts';
import { gapsOf, openSteps, type RecordedRun } from './recorded-run.ts';

/** What a rollback is about, as far as the records tell. */
export type Choice =
  /** Its hops, of a chain, the last one first: what each has still to be taken back. */
  | { readonly kind: 'run'; readonly runId: string; readonly hops: readonly RecordedRun[] }
  | { readonly kind: 'nothing'; readonly finding: Finding }
  | { readonly kind: 'refused'; readonly finding: Finding };

export interface Wish {
  readonly cluster: string;
  readonly clusterUid: string;
  /** The run that was asked for; absent: the latest that changed something. */
  readonly run?: string;
  /** Who holds the mesh: a run whose own rollback failed has it until the result is proven. */
  readonly holder?: string;
}

/** The run to whose state the lock belongs, given who has it: a rollback that failed holds the run that it takes back. */
export function holderOf(
  records: readonly RecordedRun[],
  holding: string | undefined,
): string | undefined {
  return records.find(({ runId }) => runId === holding)?.plan?.takesBack ?? holding;
}

/** The run to take back, from all that are recorded, newest first. */
export function chooseRun(records: readonly RecordedRun[], wish: Wish): Choice {
  const named = records.find(({ runId }) => runId === wish.run);
  if (wish.run !== undefined && named === undefined) return unknown(records, wish);
  const chosen = named ?? records.find((run) => isWork(run, wish)) ?? records.find(mayMatter);
  if (chosen === undefined) {
    return { kind: 'nothing', finding: nothingRecorded(records, wish) };
  }
  return judge(chosen, records, wish);
}

/** Open steps, damage that may hide some, or a lock that only a proof gives back. */
function isWork(run: RecordedRun, { holder }: Wish): boolean {
  return mayMatter(run) && (changedMesh(run) || (holder === run.runId && hasBegun(run)));
}

/** A refresh and a rollback leave nothing to take back. */
function mayMatter({ plan }: RecordedRun): boolean {
  return plan?.strategy !== 'refresh' && plan?.strategy !== 'rollback';
}

function changedMesh(run: RecordedRun): boolean {
  return mayMatter(run) && hasBegun(run) && (openSteps(run).length > 0 || gapsOf(run).length > 0);
}

/** One that ended before its first journal has changed nothing, be its record whole or not. */
function hasBegun({ journals, damage }: RecordedRun): boolean {
  return Object.keys(journals).length > 0 || damage.length > 0;
}

function judge(run: RecordedRun, records: readonly RecordedRun[], wish: Wish): Choice {
  const { runId } = run;
  const hops = records.filter(
    (each) => each.runId === runId && (each.plan !== undefined || hasBegun(each)),
  );
  for (const hop of hops) {
    const why = whyUnusable(hop, wish);
    if (why !== undefined) return { kind: 'refused', finding: unusable(hop, wish, why) };
  }
  if (!mayMatter(run)) return { kind: 'refused', finding: notReversible(run, wish) };
  const [last = run] = hops;
  const later = records.slice(0, records.indexOf(last)).find(changedMesh);
  if (later !== undefined) return { kind: 'refused', finding: laterRun(run, later, wish) };
  const work = hops.filter((hop) => isWork(hop, wish));
  return work.length === 0
    ? { kind: 'nothing', finding: nothingOpen(run, wish) }
    : { kind: 'run', runId, hops: work };
}

function whyUnusable(run: RecordedRun, { clusterUid }: Wish): string | undefined {
  const gaps = gapsOf(run);
  if (gaps.length > 0) return gaps.join('; ');
  const { plan } = run;
  if (plan === undefined || plan.cluster.uid === clusterUid) return undefined;
  return `it is of another cluster, ${plan.cluster.uid} (uid of kube-system), and this one is ${clusterUid}`;
}

function nameRun({ runId, recordedAt, plan }: RecordedRun): string {
  const what =
    plan === undefined ? '' : ` (${plan.strategy}, ${plan.from.version} → ${plan.to.version})`;
  return `${runId}${what} of ${recordedAt === '' ? 'unknown time' : recordedAt}`;
}

function unknown(records: readonly RecordedRun[], { cluster, run = '' }: Wish): Choice {
  const known = records.map(nameRun).join(', ');
  return {
    kind: 'refused',
    finding: {
      code: 'RunRecordUnusable',
      severity: 'blocking',
      subject: `run ${run}`,
      message: `expected a record of run ${run} in the cluster, found ${known === '' ? 'no record of any run' : `those of ${known}`}`,
      remedy: `name one of these runs, or none to take back the latest: meshlift start ${cluster} --type rollbackMesh`,
    },
  };
}

function unusable({ runId }: RecordedRun, { cluster }: Wish, why: string): Finding {
  return {
    code: 'RunRecordUnusable',
    severity: 'blocking',
    subject: `run ${runId}`,
    message: `expected the whole record of run ${runId} of this cluster, found that ${why}`,
    remedy: `put the ConfigMaps back from a backup, or go on by hand: meshlift inspect ${cluster}`,
  };
}

function notReversible(run: RecordedRun, { cluster }: Wish): Finding {
  const isRefresh = run.plan?.strategy === 'refresh';
  return {
    code: 'RunNotReversible',
    severity: 'blocking',
    subject: `run ${run.runId}`,
    message: isRefresh
      ? `expected a run that has something to take back, found a refresh: the proxies that it replaced are rendered by no control plane any more`
      : `expected a run that has something to take back, found a rollback: what it took back is done again by a new upgrade`,
    remedy: isRefresh
      ? `take back the run that brought the control plane: meshlift start ${cluster} --type rollbackMesh`
      : `meshlift plan ${cluster} --target ${run.plan?.from.version ?? 'VERSION'}`,
  };
}

function laterRun(run: RecordedRun, later: RecordedRun, { cluster }: Wish): Finding {
  return {
    code: 'LaterRunChangedMesh',
    severity: 'blocking',
    subject: `run ${run.runId}`,
    message: `expected the run to be the last that changed the mesh, found that run ${nameRun(later)} changed it since`,
    remedy: `take that one back first: meshlift start ${cluster} --type rollbackMesh --run ${later.runId}`,
  };
}

function nothingOpen(run: RecordedRun, { cluster }: Wish): Finding {
  return {
    code: 'NothingToRollBack',
    severity: 'info',
    subject: cluster,
    message: `run ${nameRun(run)} has nothing that is still to be taken back: its record has each change as undone`,
    remedy: 'nothing has to be done',
  };
}

function nothingRecorded(records: readonly RecordedRun[], { cluster }: Wish): Finding {
  const found =
    records.length === 0 ? 'no record of any run' : 'records of refreshes and rollbacks alone';
  return {
    code: 'NothingToRollBack',
    severity: 'info',
    subject: cluster,
    message: `expected the record of a run that changed the mesh, found ${found}`,
    remedy: `records of the newest runs stay in the cluster; to go to a lower version without one: meshlift plan ${cluster} --type downgradeMesh`,
  };
}
