import { setTimeout as delay } from 'node:timers/promises';
import { readClusterUid } from '../../../src/activities/inspect-mesh.ts';
import { RECORD_SELECTOR } from '../../../src/activities/record/record-names.ts';
import { openRunRecord } from '../../../src/activities/record/run-record.ts';
import { writeJournal } from '../../../src/activities/record/step-journal.ts';
import type { KubernetesClient } from '../../../src/clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../../src/clients/resource-kinds.ts';
import { refOf } from '../../../src/domain/kubernetes-object.ts';
import { samplePlan, waveStep } from '../../support/sample-run.ts';
import { INSTALL } from '../../support/sample-steps.ts';
import type { SampleRecord } from '../scenarios/scenario.ts';

const MESH = 'istio-system';
/** Records tell their age by the second. */
const APART_MS = 1100;

/** Does that with the records in the cluster, oldest first, and takes them away again. */
export async function withRecords<T>(
  kubernetes: KubernetesClient,
  records: readonly SampleRecord[],
  work: () => Promise<T>,
): Promise<T> {
  const uid = await readClusterUid(kubernetes);
  try {
    for (const record of records) {
      await put(kubernetes, record, uid);
      if (record !== records.at(-1)) await delay(APART_MS);
    }
    return await work();
  } finally {
    await takeAway(kubernetes, records);
  }
}

async function put(
  kubernetes: KubernetesClient,
  { runId, strategy = 'canary', begun }: SampleRecord,
  uid: string,
): Promise<void> {
  const record = openRunRecord(kubernetes, MESH, runId);
  const plan = samplePlan([INSTALL, waveStep([])]);
  await record.put('plan', { ...plan, strategy, cluster: { ...plan.cluster, uid } });
  await record.put('snapshot', {});
  const journals = begun === 'moved' ? ['control-plane', 'wave-1'] : ['control-plane'];
  for (const name of journals) await writeJournal(record, name, 'begun', []);
}

async function takeAway(
  kubernetes: KubernetesClient,
  records: readonly SampleRecord[],
): Promise<void> {
  const parts = await kubernetes.list(RESOURCE_KINDS.configMap, {
    namespace: MESH,
    labelSelector: RECORD_SELECTOR,
    metadataOnly: true,
  });
  const isOurs = (name: string): boolean => records.some(({ runId }) => name.includes(runId));
  for (const part of parts.filter(({ metadata }) => isOurs(metadata.name))) {
    await kubernetes.delete(refOf(part));
  }
}
