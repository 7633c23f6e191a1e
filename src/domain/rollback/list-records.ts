import type { PlanStrategy, RevisionAt } from '../planning/plan.ts';
import { chooseRun, type Wish } from './choose-run.ts';
import type { RecordedRun } from './recorded-run.ts';

/** One recorded run, as somebody sees it who looks for what can be taken back. */
export interface RecordListing {
  /** First run id of its workflow: what `--run` takes. */
  readonly runId: string;
  /** ISO 8601; empty where the server did not say. */
  readonly recordedAt: string;
  /** Absent where its plan cannot be read; so are the two versions. */
  readonly strategy?: PlanStrategy;
  readonly from?: RevisionAt;
  /** Of a chain, that of the last hop. */
  readonly to?: RevisionAt;
  readonly holdsMesh: boolean;
  /** Whether `rollbackMesh` has something to do with it, as far as the record tells. */
  readonly canBeTakenBack: boolean;
  /** Why not. */
  readonly because?: string;
}

/** All runs that the cluster keeps a record of, newest first, each once however many hops it had. */
export function listRecords(
  records: readonly RecordedRun[],
  wish: Omit<Wish, 'run'>,
): readonly RecordListing[] {
  const byRun = Map.groupBy(records, ({ runId }) => runId);
  return [...byRun].map(([runId, hops]) => {
    const [last, first] = [hops[0]?.plan, hops.at(-1)?.plan];
    const choice = chooseRun(records, { ...wish, run: runId });
    return {
      runId,
      recordedAt: hops.at(-1)?.recordedAt ?? '',
      ...(first === undefined ? {} : { strategy: first.strategy, from: first.from }),
      ...(last === undefined ? {} : { to: last.to }),
      holdsMesh: wish.holder === runId,
      canBeTakenBack: choice.kind === 'run',
      ...(choice.kind === 'run' ? {} : { because: choice.finding.message }),
    };
  });
}
