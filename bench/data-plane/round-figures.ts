import type { AuditEvent } from '../measure/audit-event.ts';
import { measureShortfalls, totalSeconds } from '../measure/below-budget.ts';
import { mostWithin } from '../measure/herd.ts';
import { createOwnerFinder } from '../measure/pod-owner.ts';
import { readPodChanges, type PodChange } from '../measure/pod-changes.ts';
import { findRigLosses } from '../measure/rig-losses.ts';
import { countRequests, tallyRequests, type RequestsOf } from '../measure/requests.ts';
import { countRestarts, restartSpan, type Restarts } from '../measure/restarts.ts';
import { timeEach } from '../measure/time-each.ts';
import type { Contender, ContenderRun } from './contender.ts';
import type { SeenPod, SeenWorkload, Snapshot } from './snapshot.ts';

/** What one contender did in one round. */
export interface RoundFigures extends Restarts {
  readonly workloads: number;
  /** From the first restart until the last new pod was ready. */
  readonly moveSeconds: number;
  /** With all that it did before and after. */
  readonly wholeSeconds: number;
  readonly requests: number;
  /** Its requests from the first restart on. */
  readonly moveRequests: number;
  /** What it installed a control plane with. */
  readonly installRequests: number;
  readonly mostAskedFor: string;
  readonly mostAskedForInMove: string;
  readonly cpuSeconds: number | undefined;
  /** From the first restart on. */
  readonly moveCpuSeconds: number | undefined;
  /** How long each workload took from its restart until its last new pod was ready. */
  readonly eachSeconds: readonly number[];
  /** Sum over all budgets, and how many there were that fell short. */
  readonly secondsBelowBudget: number;
  readonly budgetsBroken: number;
  /** Most new pods that turned ready within one second, and within ten. */
  readonly mostInOneSecond: number;
  readonly mostInTenSeconds: number;
  /** Ready pods that are on the revision wanted, and all that are not so. */
  readonly onTarget: number;
  readonly notOnTarget: number;
  /** Workloads of which a pod is the same as before. By the pods themselves: the log is no proof of what it has not. */
  readonly untouched: number;
  /** Template changes of the workload that has most. */
  readonly mostGenerations: number;
  readonly run: Omit<ContenderRun, 'finish'>;
}

export interface RoundEvidence {
  readonly contender: Pick<Contender, 'users' | 'installers'>;
  readonly run: Omit<ContenderRun, 'finish'>;
  readonly revision: string;
  readonly events: readonly AuditEvent[];
  readonly before: Snapshot;
  readonly after: Snapshot;
}

const SPAN_SHORT_MS = 1_000;
const SPAN_LONG_MS = 10_000;
const TOLD = 8;

/** Works out a round from what was seen before and after it and what the API server logged between. */
export function figureRound(evidence: RoundEvidence): RoundFigures {
  const { contender, run, events, before, after, revision } = evidence;
  const { users } = contender;
  const ownerOf = createOwnerFinder<SeenWorkload>(before.workloads);
  const changes = readPodChanges(events);
  const span = restartSpan(events, users) ?? { first: run.from, last: run.to };
  const ready = newlyReady(changes, ownerOf);
  const movedAt = ready.at(-1) ?? span.last;
  const shortfalls = measureShortfalls({
    budgets: before.budgets,
    readyPods: before.pods.filter(({ isReady }) => isReady),
    budgetOf: (pod) => ownerOf(pod)?.budget,
    changes,
    from: span.first,
    to: Math.max(movedAt, run.to),
  });
  const asked = { users, from: run.from, to: run.to };
  const onTarget = after.pods.filter((pod) => pod.isReady && pod.revision === revision).length;
  return {
    workloads: before.workloads.length,
    ...countRestarts(changes, {
      ...{ workloads: before.workloads, ownerOf },
      losses: findRigLosses(events),
    }),
    moveSeconds: (movedAt - span.first) / 1000,
    wholeSeconds: (run.to - run.from) / 1000,
    requests: countRequests(events, asked),
    moveRequests: countRequests(events, { ...asked, from: span.first }),
    installRequests: countRequests(events, { ...asked, users: contender.installers }),
    mostAskedFor: tellMost(events, asked),
    mostAskedForInMove: tellMost(events, { ...asked, from: span.first }),
    cpuSeconds: run.cpuSeconds,
    moveCpuSeconds: cpuSince(run, span.first),
    eachSeconds: timeEach({ events, changes, users, workloads: before.workloads, ownerOf }),
    secondsBelowBudget: totalSeconds(shortfalls),
    budgetsBroken: shortfalls.length,
    mostInOneSecond: mostWithin(ready, SPAN_SHORT_MS),
    mostInTenSeconds: mostWithin(ready, SPAN_LONG_MS),
    onTarget,
    notOnTarget: after.pods.length - onTarget,
    untouched: countUntouched(before.pods, after.pods, ownerOf),
    mostGenerations: mostGenerations(before, after),
    run,
  };
}

function countUntouched(
  before: readonly SeenPod[],
  after: readonly SeenPod[],
  ownerOf: (pod: SeenPod) => SeenWorkload | undefined,
): number {
  const old = new Set(before.map(({ uid }) => uid));
  return new Set(after.filter(({ uid }) => old.has(uid)).flatMap((pod) => ownerOf(pod) ?? [])).size;
}

function tellMost(events: readonly AuditEvent[], asked: RequestsOf): string {
  const most = tallyRequests(events, asked).slice(0, TOLD);
  return most.map(([kind, count]) => `${kind} ${count}`).join(', ');
}

/** What was used before is that of the last look before; a script has nothing before. */
function cpuSince(
  { cpuSeconds, cpuSamples = [] }: Pick<ContenderRun, 'cpuSeconds' | 'cpuSamples'>,
  since: number,
): number | undefined {
  const before = cpuSamples.findLast(({ at }) => at <= since)?.seconds ?? 0;
  return cpuSeconds === undefined ? undefined : cpuSeconds - before;
}

/** When pods of the farm that were made in this time turned ready for the first time, in order. */
function newlyReady(
  changes: readonly PodChange[],
  ownerOf: (pod: PodChange) => SeenWorkload | undefined,
): readonly number[] {
  const waiting = new Set<string>();
  return changes.flatMap((change) => {
    const pod = `${change.namespace}/${change.name}`;
    if (change.kind === 'made' && ownerOf(change) !== undefined) waiting.add(pod);
    return change.kind === 'ready' && waiting.delete(pod) ? [change.at] : [];
  });
}

/** Template changes of the workload that has most. */
export function mostGenerations(before: Snapshot, after: Snapshot): number {
  const key = ({ kind, namespace, name }: SeenWorkload): string => `${kind} ${namespace}/${name}`;
  const earlier = new Map(before.workloads.map((each) => [key(each), each.generation]));
  return after.workloads.reduce(
    (most, each) => Math.max(most, each.generation - (earlier.get(key(each)) ?? 0)),
    0,
  );
}
