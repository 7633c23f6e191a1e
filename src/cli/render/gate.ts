import type { OpenGateView } from '../../domain/approval/evidence.ts';
import type { GateRecord } from '../../domain/approval/evidence.ts';
import { describeApproval, whoIsNeeded } from '../../domain/rollout/describe-approvals.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import type { Output } from '../output.ts';
import type { Fact } from './sections.ts';
import { renderTable } from './table.ts';
import { formatTime } from './time.ts';

/** Who has approved the open gate, and who still has to. */
export function approvalFacts(gate: OpenGateView | undefined): readonly Fact[] {
  if (gate === undefined) return [];
  const { approvals = [], evidenceDigest } = gate;
  return [
    [
      'Approved by',
      approvals.length === 0
        ? undefined
        : stripUnprintable(approvals.map(describeApproval).join('; ')),
    ],
    ['Still needed', whoIsNeeded(gate)],
    ['Evidence', evidenceDigest],
  ];
}

/** Gates that have closed, with who passed them. */
export function renderGates(output: Output, gates: readonly GateRecord[]): string | undefined {
  if (gates.length === 0) return undefined;
  const rows = gates.map(({ name, answer, closedAt, approvals }) => [
    name,
    answer,
    formatTime(closedAt),
    approvals.map(describeApproval).join('; '),
  ]);
  return renderTable(output, ['GATE', 'ANSWER', 'WHEN', 'APPROVED BY'], rows);
}
