import { digestOf } from '../../clients/digest.ts';
import type { GateEvidence } from '../../domain/approval/evidence.ts';
import { runRecordName } from '../record/record-names.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { RunRef } from '../run-ref.ts';

export interface KeptEvidence {
  readonly digest: string;
  /** Where all of it is kept; absent: nowhere. */
  readonly keptIn?: string;
}

/** What a decision on this evidence is bound to. */
export function digestEvidence(evidence: GateEvidence): string {
  return digestOf(evidence);
}

/** Keeps it under its own digest: a gate that opens again has evidence of its own. */
export async function keepEvidence(
  record: RunRecord,
  { meshNamespace, runId, hop }: RunRef,
  evidence: GateEvidence,
): Promise<KeptEvidence> {
  const digest = digestEvidence(evidence);
  const part = `evidence-${evidence.gate}-${digest.slice('sha256:'.length, 'sha256:'.length + 12)}`;
  await record.put(part, evidence);
  return { digest, keptIn: `ConfigMap ${meshNamespace}/${runRecordName(runId, hop)}-${part}` };
}
