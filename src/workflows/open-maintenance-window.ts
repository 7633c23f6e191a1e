import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  isCancellation,
  setCurrentDetails,
  upsertMemo,
  workflowInfo,
  CancellationScope,
} from '@temporalio/workflow';
import type { ResolvedMaintenance } from '../activities/schedules/read-maintenance.ts';
import type { MaintenanceReport } from '../domain/standing-policy/maintenance-report.ts';
import { planning } from './activity-proxies.ts';
import { asWorkflowFailure, describeFailure } from './failures.ts';
import { announceCluster } from './search-attributes.ts';
import { finishTelling, tell, type Teller } from './tell.ts';

/**
 * What a schedule starts as a maintenance window opens: goes on with the run that waits for it, or
 * starts what the standing policy asks for, and never waits for the end of either. Input: one JSON
 * object, at least `{"cluster":"prod-eu","window":"weeknights"}`. It fails when it cannot do its work,
 * which pauses the schedule.
 */
export async function openMaintenanceWindow(input: unknown): Promise<MaintenanceReport> {
  const occasion = readOccasion();
  const teller = beginTelling(input);
  try {
    const resolved = await planning({ summary: 'read the request' }).readMaintenance({ input });
    const { cluster } = resolved.request;
    teller.cluster = cluster;
    teller.resolved = resolved;
    announceCluster(cluster);
    const report = await open(resolved, occasion);
    show(report);
    if (report.missed.length > 0) tellMissed(teller, report);
    return await withUndelivered(teller, report);
  } catch (error) {
    if (isCancellation(error)) throw error;
    tellFailure(teller, occasion, error);
    await CancellationScope.nonCancellable(() => finishTelling(teller));
    throw asWorkflowFailure(error);
  }
}

/** Who has started it, and for when. */
interface Occasion {
  readonly schedule?: string;
  readonly scheduledAt?: string;
  readonly requestedBy: string;
}

/** Temporal sets both on what a schedule starts. */
const SCHEDULE = defineSearchAttributeKey('TemporalScheduledById', SearchAttributeType.KEYWORD);
const TIME = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

function readOccasion(): Occasion {
  const { typedSearchAttributes, workflowId } = workflowInfo();
  const schedule = typedSearchAttributes.get(SCHEDULE);
  const time = typedSearchAttributes.get(TIME);
  if (schedule === undefined) return { requestedBy: workflowId };
  return {
    schedule,
    ...(time === undefined ? {} : { scheduledAt: time.toISOString() }),
    requestedBy: `schedule/${schedule}`,
  };
}

async function open(
  { request, taskQueue }: ResolvedMaintenance,
  { requestedBy, ...planned }: Occasion,
): Promise<MaintenanceReport> {
  const { apiVersion, cluster, window, policy } = request;
  const missed = await findMissed(window, planned);
  const answer = (
    outcome: MaintenanceReport['outcome'],
    because: string,
    run?: MaintenanceReport['run'],
  ): MaintenanceReport => {
    const head = { apiVersion, outcome, cluster, window, ...planned };
    return { ...head, ...(run === undefined ? {} : { run }), because, missed };
  };

  const looking = planning({ summary: `is ${window} open?`, taskQueue });
  const verdict = await looking.checkOpening({ cluster, window });
  if (verdict.kind === 'closed') {
    const next = verdict.opensAt === undefined ? '' : `; it opens at ${verdict.opensAt}`;
    return answer('NotOpen', `${verdict.because}${next}`);
  }
  const found = await planning({ summary: 'is a run open?' }).findOpenRun({ cluster });
  if (found.kind === 'open') {
    if (!found.waitsForWindow) return answer('AlreadyOn', found.because, found.run);
    const { workflowId } = found.run;
    const resuming = planning({ summary: `tell ${workflowId} that ${window} is open` });
    if (await resuming.resumeRun({ workflowId, window })) {
      return answer('Resumed', `${workflowId} waits for a window and was told of this`, found.run);
    }
    return answer('NothingToDo', `${workflowId} has ended by itself just now`, found.run);
  }
  const advising = planning({ summary: 'what does the standing policy ask for?', taskQueue });
  const advice = await advising.adviseMaintenance({ cluster, policy });
  if (advice.kind === 'nothing') return answer('NothingToDo', advice.because);

  const starting = planning({ summary: `start ${advice.type}` });
  const started = await starting.startMaintenanceRun({ cluster, advice, requestedBy });
  if (started.kind === 'refused') return answer('NothingToDo', started.because);
  if (started.kind === 'open') return answer('AlreadyOn', started.because, started.run);
  const { workflowId, runId } = started;
  return answer('Started', advice.because, { workflowId, runId, type: advice.type });
}

async function findMissed(
  window: string,
  { schedule, scheduledAt }: Omit<Occasion, 'requestedBy'>,
): Promise<readonly string[]> {
  if (schedule === undefined || scheduledAt === undefined) return [];
  const finding = planning({ summary: 'were earlier openings missed?' });
  return finding.findMissedOpenings({ window, schedule, scheduledAt });
}

/** What its page in the Temporal UI and lists say of it. */
function show({ outcome, cluster, window, because, run, missed }: MaintenanceReport): void {
  upsertMemo({ outcome });
  const lines = [
    `### ${cluster}: ${window}: ${outcome}`,
    because,
    ...(run === undefined ? [] : [`Run: \`${run.workflowId}\` (${run.type})`]),
    ...(missed.length === 0 ? [] : [`Missed: ${missed.join(', ')}`]),
  ];
  setCurrentDetails(lines.join('\n\n'));
}

/** What is told before the request is understood is told nobody: it names nobody yet. */
type WindowTeller = { -readonly [member in keyof Teller]: Teller[member] };

function beginTelling(input: unknown): WindowTeller {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const given: { cluster?: unknown } = typeof input === 'object' && input !== null ? input : {};
  return {
    cluster: typeof given.cluster === 'string' ? given.cluster.slice(0, 100) : '?',
    workflowId,
    runId: firstExecutionRunId,
    resolved: undefined,
    telling: { count: 0, underWay: [], lost: [] },
  };
}

function tellMissed(
  teller: Teller,
  { window, schedule, missed, outcome }: MaintenanceReport,
): void {
  tell(teller, {
    kind: 'window-missed',
    title: `${teller.cluster}: ${window} passed without ${schedule ?? 'its schedule'}`,
    text: `Nothing was done in the openings that began at ${missed.join(', ')}; they are not made up for. Now: ${outcome}.`,
  });
}

function tellFailure(teller: Teller, { requestedBy, schedule }: Occasion, error: unknown): void {
  const paused =
    schedule === undefined
      ? ''
      : ` The schedule is paused by that; go on with meshlift schedule resume ${schedule}.`;
  tell(teller, {
    kind: 'window-missed',
    title: `${teller.cluster}: ${requestedBy} has failed`,
    text: `${describeFailure(error)}.${paused}`,
  });
}

async function withUndelivered(
  teller: Teller,
  report: MaintenanceReport,
): Promise<MaintenanceReport> {
  await finishTelling(teller);
  const { lost } = teller.telling;
  return lost.length === 0 ? report : { ...report, undelivered: lost };
}
