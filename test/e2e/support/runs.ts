import type { WorkflowHandle } from '@temporalio/client';
import type { Bench } from './bench.ts';
import { eventually, GivenUp } from './eventually.ts';
import type { ClusterName } from './meshlift-config.ts';

/** As much of the answers as tests look at; written down here so that a change of shape is seen. */
export interface StepView {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly detail?: string;
}

export interface ProgressView {
  readonly phase: string;
  readonly planDigest?: string;
  readonly openGate?: { readonly name: string };
  readonly waitingFor?: string;
  readonly pausedBecause?: string;
  readonly haltedBecause?: readonly string[];
  readonly steps: readonly StepView[];
}

export interface ReportView {
  readonly outcome: string;
  readonly type?: string;
  readonly cause?: string;
  readonly restored?: boolean;
  readonly findings: readonly { readonly code: string; readonly severity: string }[];
  readonly steps: readonly StepView[];
  readonly waves: readonly {
    readonly namespaces: readonly string[];
    readonly workloads: number;
    readonly onTarget: number;
    readonly pods: number;
    readonly census?: {
      readonly onTarget: number;
      readonly ready: number;
      readonly connected?: number;
      readonly synced?: number;
      readonly unknown?: number;
    };
    readonly remarks?: readonly string[];
  }[];
  readonly exceptions: readonly string[];
  readonly differences: readonly {
    readonly path: string;
    readonly expected: string;
    readonly found: string;
  }[];
  readonly remaining: readonly string[];
  readonly messages: readonly {
    readonly message: string;
    readonly effect: string;
    readonly by?: string;
  }[];
}

export type Handle = WorkflowHandle;

export const TARGET = '1.26.1';
export const OLD_REVISION = '1-25-1';
export const NEW_REVISION = '1-26-1';
export const TASK_QUEUE = 'meshlift';

/** Starts a run as any program with a Temporal client would. */
export async function startRun(
  bench: Bench,
  cluster: ClusterName = 'demo',
  target = TARGET,
): Promise<Handle> {
  return bench.temporal.workflow.start('upgradeMesh', {
    workflowId: `mesh/${cluster}`,
    taskQueue: TASK_QUEUE,
    args: [{ cluster, target }],
  });
}

export async function progressOf(handle: Handle): Promise<ProgressView> {
  return handle.query<ProgressView>('getProgress');
}

/** Waits until a step has got to one of these states; a run that ended before is an error. */
export async function untilStep(
  handle: Handle,
  step: string,
  states: readonly string[],
): Promise<ProgressView> {
  return untilProgress(handle, `step ${step} is ${states.join(' or ')}`, ({ steps }) =>
    steps.some(({ id, state }) => id === step && states.includes(state)),
  );
}

export async function untilGate(handle: Handle): Promise<ProgressView> {
  return untilProgress(handle, 'the gate is open', ({ openGate }) => openGate !== undefined);
}

export async function untilProgress(
  handle: Handle,
  what: string,
  isThere: (progress: ProgressView) => boolean,
): Promise<ProgressView> {
  let ended = false;
  return eventually(
    async () => {
      const progress = await progressOf(handle);
      if (isThere(progress)) return progress;
      if (ended) {
        const end: unknown = await handle.result().catch((error: unknown) => String(error));
        throw new GivenUp(
          `the run ended before ${what}: ${JSON.stringify(progress)}, with ${JSON.stringify(end)}`,
        );
      }
      ended = (await handle.describe()).status.name !== 'RUNNING';
      return undefined;
    },
    { what, withinMs: 120_000 },
  );
}

export async function resultOf(handle: Handle): Promise<ReportView> {
  return (await handle.result()) as ReportView;
}
