import { defineQuery } from '@temporalio/workflow';
import type { MessageName } from '../domain/messages.ts';
import type { PlanOutline } from '../domain/planning/plan.ts';
import type { Progress } from '../domain/progress.ts';
import type { UpgradeReport } from '../domain/report.ts';

/**
 * Every message exists as a signal (fire and forget) and as an Update (answers at once), with what the
 * Temporal UI shows of it.
 */
export const DESCRIPTIONS: Readonly<Record<MessageName, string>> = {
  approve:
    'Let the run pass the gate that is open; as an Update it answers at once. Sample: {} or {"by":"ana@example.com","reason":"dashboards are green"}; where decisions are signed: {"token":"…"} from meshlift sign',
  reject:
    'Refuse the gate that is open; as an Update it answers at once. Sample: {} or {"by":"ana@example.com","reason":"dashboards are red"}; where decisions are signed: {"token":"…"} from meshlift sign',
  withdraw:
    'Take back your own approval while the gate is open. Sample: {"by":"ana@example.com"}; where decisions are signed: {"token":"…"} from meshlift sign',
  rollback: 'Undo everything of this run. Sample: {"reason":"errors in checkout"}',
  abort:
    'Stop: undo everything ({}), or leave all as it stands: {"leave":true,"reason":"by hand from here"}',
  pause: 'Begin nothing new until resume. Sample: {"reason":"incident 4711"}',
  resume: 'Go on after a pause. Sample: {}',
  retry:
    'What to do with the step that failed and waits: retry it. Sample: {"step":"verify-mesh","reason":"fixed by hand"}',
  skip: 'What to do with the step that failed and waits: skip it. Sample: {"step":"verify-mesh","reason":"fixed by hand"}',
};

export const getProgress = defineQuery<Progress>('getProgress');
export const getPlan = defineQuery<PlanOutline | null>('getPlan');
export const getReport = defineQuery<UpgradeReport>('getReport');
