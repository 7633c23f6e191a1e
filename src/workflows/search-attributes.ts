import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { Phase } from '../domain/progress.ts';

const CLUSTER = defineSearchAttributeKey('MeshCluster', SearchAttributeType.KEYWORD);
const TARGET = defineSearchAttributeKey('MeshTarget', SearchAttributeType.KEYWORD);
const PHASE = defineSearchAttributeKey('MeshPhase', SearchAttributeType.KEYWORD);
const AWAITING = defineSearchAttributeKey('MeshAwaitingApproval', SearchAttributeType.BOOL);

/** Says once which mesh this run is about. */
export function announceMesh(cluster: string, target: string): void {
  upsertSearchAttributes([
    { key: CLUSTER, value: cluster },
    { key: TARGET, value: target },
  ]);
}

/** Says of a workflow that changes no mesh by itself which one it is about. */
export function announceCluster(cluster: string): void {
  upsertSearchAttributes([{ key: CLUSTER, value: cluster }]);
}

/** Says where the run is and whether a person's decision is waited for. */
export function announcePhase(phase: Phase, awaitingApproval: boolean): void {
  upsertSearchAttributes([
    { key: PHASE, value: phase },
    { key: AWAITING, value: awaitingApproval },
  ]);
}
