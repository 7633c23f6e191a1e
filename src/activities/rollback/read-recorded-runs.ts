import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import type { StepJournal } from '../../domain/journal/change.ts';
import { compareText, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { journalsOf, lostJournals, type RecordedRun } from '../../domain/rollback/recorded-run.ts';
import type { UpgradeReport } from '../../domain/report.ts';
import { RECORD_SELECTOR, RUN_LABEL, runRecordName } from '../record/record-names.ts';
import { openRunRecord, RecordError, type RunRecord } from '../record/run-record.ts';
import { readJournal } from '../record/step-journal.ts';

/** Every run that the cluster keeps a record of, newest first. Damage is told, not thrown. */
export async function readRecordedRuns(
  kubernetes: KubernetesClient,
  meshNamespace: string,
): Promise<readonly RecordedRun[]> {
  const parts = await kubernetes.list(RESOURCE_KINDS.configMap, {
    namespace: meshNamespace,
    labelSelector: RECORD_SELECTOR,
    metadataOnly: true,
  });
  const byRun = Map.groupBy(
    parts.map(({ metadata }) => metadata),
    ({ labels }) => labels?.[RUN_LABEL] ?? '',
  );
  const runs: RecordedRun[] = [];
  for (const [runId, metadata] of byRun) {
    const report = await readReport(openRunRecord(kubernetes, meshNamespace, runId));
    for (const found of recordsIn(runId, metadata)) {
      const record = openRunRecord(kubernetes, meshNamespace, found.runId, found.hop);
      runs.push(withLost(await readRun(record, found), report));
    }
  }
  return runs.toSorted(
    (a, b) => compareText(b.recordedAt, a.recordedAt) || (b.hop ?? 1) - (a.hop ?? 1),
  );
}

/** Of a run that has ended; a torn one takes nothing from what the journals themselves tell. */
async function readReport(record: RunRecord): Promise<UpgradeReport | undefined> {
  try {
    return (await record.get('report')) as UpgradeReport | undefined;
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}

/** With the journals of which the report knows and that are not there: the last one nothing else tells. */
function withLost(run: RecordedRun, report: UpgradeReport | undefined): RecordedRun {
  const lost = lostJournals(run, report).map(
    (name) => `the journal of ${name} is missing, and the report says that it was carried out`,
  );
  return { ...run, damage: [...run.damage, ...lost] };
}

/** The records of one run: its own, and one for each later hop of a chain. */
function recordsIn(
  runId: string,
  metadata: readonly KubernetesObject['metadata'][],
): readonly FoundRecord[] {
  const prefix = `${runRecordName(runId)}-`;
  // The lock bears the label of its run too.
  const parts = metadata.flatMap(({ name, creationTimestamp = '' }) => {
    if (!name.startsWith(prefix)) return [];
    const [, hop, part] = /^hop-(\d+)-(.*)$/.exec(name.slice(prefix.length)) ?? [];
    return [{ hop, part: part ?? name.slice(prefix.length), at: creationTimestamp }];
  });
  return [...Map.groupBy(parts, ({ hop }) => hop)].map(([hop, found]) => ({
    runId,
    ...(hop === undefined ? {} : { hop: Number(hop) }),
    recordedAt: found.map(({ at }) => at).toSorted(compareText)[0] ?? '',
    parts: new Set(found.map(({ part }) => part)),
  }));
}

interface FoundRecord {
  readonly runId: string;
  readonly hop?: number;
  readonly recordedAt: string;
  /** Names of the parts that are there. */
  readonly parts: ReadonlySet<string>;
}

async function readRun(
  record: RunRecord,
  { runId, hop, recordedAt, parts }: FoundRecord,
): Promise<RecordedRun> {
  const damage: string[] = [];
  const read = async <T>(part: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await part();
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      damage.push(error.message);
      return undefined;
    }
  };
  const plan = (await read(() => record.get('plan'))) as UpgradePlan | undefined;
  const journals: Record<string, StepJournal> = {};
  for (const name of (plan?.steps ?? []).flatMap(journalsOf)) {
    if (!parts.has(`step-${name}`)) continue;
    const journal = await read(() => readJournal(record, name));
    if (journal !== undefined) journals[name] = journal;
  }
  if (plan === undefined && [...parts].some((part) => part.startsWith('step-'))) {
    damage.push('its steps have begun and its plan cannot be read');
  }
  return {
    runId,
    ...(hop === undefined ? {} : { hop }),
    recordedAt,
    ...(plan === undefined ? {} : { plan }),
    hasSnapshot: parts.has('snapshot'),
    journals,
    damage,
  };
}
