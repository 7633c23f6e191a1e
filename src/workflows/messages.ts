import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Abort, Acknowledged, Because, Decision, StepDecision } from '../domain/messages.ts';
import type { PlanOutline } from '../domain/planning/plan.ts';
import type { Progress } from '../domain/progress.ts';
import type { UpgradeReport } from '../domain/report.ts';

/** Every message exists as a signal (fire and forget) and as an Update (answers at once). */
export const approveSignal = defineSignal<[Decision?]>('approve');
export const rejectSignal = defineSignal<[Decision?]>('reject');
export const rollbackSignal = defineSignal<[Because?]>('rollback');
export const abortSignal = defineSignal<[Abort?]>('abort');
export const pauseSignal = defineSignal<[Because?]>('pause');
export const resumeSignal = defineSignal<[Because?]>('resume');
export const retrySignal = defineSignal<[StepDecision?]>('retry');
export const skipSignal = defineSignal<[StepDecision?]>('skip');

export const approveUpdate = defineUpdate<Acknowledged, [Decision?]>('approve');
export const rejectUpdate = defineUpdate<Acknowledged, [Decision?]>('reject');
export const rollbackUpdate = defineUpdate<Acknowledged, [Because?]>('rollback');
export const abortUpdate = defineUpdate<Acknowledged, [Abort?]>('abort');
export const pauseUpdate = defineUpdate<Acknowledged, [Because?]>('pause');
export const resumeUpdate = defineUpdate<Acknowledged, [Because?]>('resume');
export const retryUpdate = defineUpdate<Acknowledged, [StepDecision?]>('retry');
export const skipUpdate = defineUpdate<Acknowledged, [StepDecision?]>('skip');

export const getProgress = defineQuery<Progress>('getProgress');
export const getPlan = defineQuery<PlanOutline | null>('getPlan');
export const getReport = defineQuery<UpgradeReport>('getReport');
