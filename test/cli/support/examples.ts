import type { Finding } from '../../../src/domain/finding.ts';
import type { Progress } from '../../../src/domain/progress.ts';
import type { StepReport, StepState, UpgradeReport } from '../../../src/domain/report.ts';
import { createOutput, type Output } from '../../../src/cli/output.ts';
import type { RunEnd } from '../../../src/cli/temporal/run-end.ts';

/** What a text says to a pipe: no colours, no width of a terminal. */
export function plainOutput(): Output {
  const { stdin, stdout, stderr } = process;
  return createOutput({ stdin, stdout, stderr, env: {} }, 'text', false);
}

export function buildStep(id: string, kind: string, state: StepState = 'pending'): StepReport {
  return { id, kind, title: `do ${id}`, state };
}

export function buildProgress(changes: Partial<Progress> = {}): Progress {
  return {
    apiVersion: 'meshlift.dev/v1alpha1',
    cluster: 'demo',
    target: '1.26.1',
    runId: 'run-1',
    phase: 'MovingWorkloads',
    steps: [],
    canRollBack: true,
    ...changes,
  };
}

export function buildReport(changes: Partial<UpgradeReport> = {}): UpgradeReport {
  return {
    apiVersion: 'meshlift.dev/v1alpha1',
    outcome: 'Succeeded',
    cluster: 'demo',
    target: '1.26.1',
    runId: 'run-1',
    workflowId: 'mesh/demo',
    startedAt: '2026-11-21T10:00:00.000Z',
    findings: [],
    steps: [],
    waves: [],
    exceptions: [],
    differences: [],
    remaining: [],
    messages: [],
    ...changes,
  };
}

export function buildFinding(changes: Partial<Finding> = {}): Finding {
  return {
    code: 'WorkloadNotReady',
    severity: 'overridable',
    subject: 'Deployment shop/cart',
    message: 'expected 2 ready pods, found 1',
    remedy: 'wait or override',
    ...changes,
  };
}

export function buildEnd(outcome: UpgradeReport['outcome'], restored?: boolean): RunEnd {
  const report = buildReport({ outcome, ...(restored === undefined ? {} : { restored }) });
  return { status: 'Completed', report };
}
