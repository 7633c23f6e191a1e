import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { digestOf } from '../../clients/digest.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { Condition } from '../../domain/health/verdict.ts';
import { readRoot } from '../health/read-root.ts';
import type { RunRecord } from '../record/run-record.ts';

const PART = 'root';

/** What the record keeps of the root certificate of the revision that was there before. */
interface RecordedRoot {
  /** sha256; `null` where its injector had none. */
  readonly digest: string | null;
}

type Old = Pick<UpgradePlan, 'from' | 'meshNamespace'>;

/** Keeps the root by which the proxies of the old revision trust each other, before anything is changed. */
export async function recordRoot(
  { worker }: ClusterAccess,
  record: RunRecord,
  plan: Old,
): Promise<void> {
  const digest = await digestRoot(worker, plan);
  await record.put(PART, { digest } satisfies RecordedRoot);
}

/** Whether the old revision still has the root that it had at the start. */
export async function compareWithRecordedRoot(
  { worker }: ClusterAccess,
  record: RunRecord,
  plan: Old,
): Promise<Condition> {
  const type = 'SameRootCertificate';
  const { revision } = plan.from;
  const recorded = (await record.get(PART)) as RecordedRoot | undefined;
  if (recorded?.digest === undefined || recorded.digest === null) {
    return {
      type,
      status: 'Unknown',
      message: `the root certificate of ${revision} was not recorded`,
    };
  }
  const now = await digestRoot(worker, plan);
  if (now === null) {
    return {
      type,
      status: 'Unknown',
      message: `the injector of ${revision} has no root certificate`,
    };
  }
  return now === recorded.digest
    ? { type, status: 'Healthy', message: `${revision} has the root certificate that it had` }
    : {
        type,
        status: 'Degraded',
        message: `the root certificate of ${revision} is not the recorded one`,
      };
}

async function digestRoot(
  worker: ClusterAccess['worker'],
  { from, meshNamespace }: Old,
): Promise<string | null> {
  const root = await readRoot(worker, meshNamespace, from.revision);
  return root === undefined ? null : digestOf(root);
}
