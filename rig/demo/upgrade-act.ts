import { setTimeout as delay } from 'node:timers/promises';
import { STARTING_MESH } from '../mesh/starting-mesh.ts';
import { isOnTarget, takeCensus, type WorkloadCensus } from './cluster/census.ts';
import { listOfRevision, readCensusSources } from './cluster/read-cluster.ts';
import { countRequests } from './count-requests.ts';
import {
  decideAtGate,
  describeUpgrade,
  followToEnd,
  followToGate,
  startUpgrade,
  TARGET,
} from './follow-run.ts';
import type { UpgradeResult } from './results.ts';
import type { Stage } from './stage.ts';

/** Kubernetes' garbage collector removes what belonged to a deleted object a little later. */
const GARBAGE_TIMEOUT_MS = 15_000;
const GARBAGE_POLL_MS = 500;

/** Act 1: an upgrade that a person approves. */
export async function playUpgrade(stage: Stage): Promise<UpgradeResult> {
  const { voice, client, endpoints } = stage;
  const before = meshedOf(takeCensus(await readCensusSources(client)));
  voice.say(
    `${before.length} workloads are in the mesh, all of them with proxies of ${STARTING_MESH.version}.\n` +
      `meshlift now puts ${TARGET.version} beside it, moves them over wave by wave, and watches each wave.`,
  );

  const startedAt = Date.now();
  await startUpgrade(stage);
  if ((await followToGate(stage)) === 'gate') {
    voice.say(
      '\nEvery workload runs on the new control plane now; the old one still stands beside it.\n' +
        'Until the approval everything can be undone.',
    );
    await decideAtGate(stage);
    await followToEnd(stage);
  }
  const run = await describeUpgrade(stage);
  const seconds = secondsSince(startedAt);

  voice.say('\nThe run has ended. The demo now counts for itself, at the API server:');
  const names = new Set(before.map(({ name }) => name));
  const after = takeCensus(await readCensusSources(client)).filter(({ name }) => names.has(name));
  const moved = after.filter((workload) => isOnTarget(workload, TARGET));
  const leftOfOldRevision = await untilGone(stage);
  const result = { outcome: run.outcome, workloads: before.length, onTarget: moved.length };
  tell(stage, { ...result, leftOfOldRevision });
  return {
    name: 'upgrade',
    ...result,
    leftOfOldRevision,
    seconds,
    apiRequests: await countRequests(endpoints.auditLog),
    historyEvents: run.historyEvents,
    historyBytes: run.historyBytes,
  };
}

export function meshedOf(census: readonly WorkloadCensus[]): WorkloadCensus[] {
  return census.filter(({ meshed }) => meshed > 0);
}

export function secondsSince(startedAt: number): number {
  return Math.round((Date.now() - startedAt) / 1000);
}

async function untilGone({ client, signal }: Stage): Promise<string[]> {
  const deadline = Date.now() + GARBAGE_TIMEOUT_MS;
  for (;;) {
    const left = await listOfRevision(client, STARTING_MESH.revision);
    if (left.length === 0 || Date.now() > deadline) return left;
    await delay(GARBAGE_POLL_MS, undefined, { signal });
  }
}

type Told = Pick<UpgradeResult, 'outcome' | 'workloads' | 'onTarget' | 'leftOfOldRevision'>;

function tell({ voice }: Stage, { outcome, workloads, onTarget, leftOfOldRevision }: Told): void {
  const mark = (isGood: boolean): ((text: string) => void) => (isGood ? voice.good : voice.bad);
  const left = leftOfOldRevision.length === 0 ? 'nothing' : leftOfOldRevision.join(', ');
  mark(outcome === 'Succeeded')(`outcome ${outcome}`);
  mark(onTarget === workloads)(
    `${onTarget} of ${workloads} workloads run the proxy of ${TARGET.version}, ready`,
  );
  mark(leftOfOldRevision.length === 0)(`left of revision ${STARTING_MESH.revision}: ${left}`);
}
