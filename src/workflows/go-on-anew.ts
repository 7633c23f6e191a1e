import {
  allHandlersFinished,
  condition,
  ContinueAsNew,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import type { ResolvedRequest } from '../activities/resolve-request.ts';
import type { WaveCheckpoint } from '../activities/restart/wave-checkpoint.ts';
import type { Difference, StepReport } from '../domain/report.ts';
import type { MeshRequest } from '../domain/request/request.ts';
import type { Problem } from './halt.ts';
import type { Run } from './run.ts';
import { awaitDeliveries } from './tell.ts';

/**
 * A history with more events goes on in a new one. Temporal suggests it at 4,096; a step adds a few
 * dozen, and messages that arrive meanwhile one or two each.
 */
export const MOST_EVENTS = 3_000;
const MOST_BYTES = 3 * 1024 * 1024;

/** Where a run goes on in a new history: at points at which nothing is under way. */
export type Place =
  /** The plan is made and shown; the mesh is not taken yet. */
  | { readonly kind: 'planned'; readonly resolved: ResolvedRequest<MeshRequest> }
  | {
      readonly kind: 'step';
      readonly id: string;
      /** When what the step waits for ends (ms). */
      readonly until?: number;
      /** How far its restarts are. */
      readonly checkpoint?: WaveCheckpoint;
      /** What it failed by, while it waits for a person. */
      readonly problem?: Problem;
    }
  /** The old revision cannot serve, and a person is waited for until then (ms). */
  | { readonly kind: 'way-back'; readonly cause: string; readonly until: number }
  | {
      readonly kind: 'undo';
      readonly cause: string;
      readonly foreign: readonly Difference[];
      readonly skipped: readonly string[];
      /** Steps that were carried out when the undo began; absent in older histories. */
      readonly done?: readonly string[];
      /** When the wait for a person ends (ms). */
      readonly until?: number;
    };

/** Everything that a run takes along into its next history: plain JSON. */
export interface Carried {
  readonly state: RunState;
  readonly place: Place;
}

/** What a run knows, without what belongs to one history. */
export type RunState = Omit<Run, 'steps' | (typeof HISTORY_MEMBERS)[number]> & {
  readonly steps: readonly StepReport[];
};

const HISTORY_MEMBERS = [
  'input',
  'mostEvents',
  'place',
  'runId',
  'workflowId',
  'mutations',
  'verifying',
  'turn',
  'forward',
  'pausable',
] as const satisfies readonly (keyof Run)[];
const OF_ONE_HISTORY: ReadonlySet<string> = new Set(HISTORY_MEMBERS);

/**
 * Whether what waits had better wait in a new history. The same on replay. A run that was cancelled in
 * Temporal ends in the history that knows it, and only an undo is left to it.
 */
export function isLong({ mostEvents, cancelled }: Run): boolean {
  if (cancelled) return false;
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > mostEvents || historySize > MOST_BYTES;
}

/** Between two steps, or two batches: goes on there in a new history when this one has become long. */
export async function stayShort(run: Run, place: Place): Promise<void> {
  if (isLong(run)) await goOnAnew(run, place);
}

/**
 * Ends this history; the run goes on at that place in a new one. Messages that arrive meanwhile are
 * handled here or there: the server ends no history with one that was not seen.
 */
export async function goOnAnew(run: Run, place: Place): Promise<never> {
  await awaitDeliveries(run, '10s');
  await condition(allHandlersFinished);
  return continueAsNew(run.input, { state: stateOf(run), place } satisfies Carried);
}

/** What is thrown to end a history is no failure of anything. */
export function isGoingOn(error: unknown): boolean {
  return error instanceof ContinueAsNew;
}

/** Takes up the place at which the history before ended, once, where it is that of this step. */
export function takePlace(run: Run, id: string): Extract<Place, { kind: 'step' }> | undefined {
  const { place } = run;
  if (place?.kind !== 'step' || place.id !== id) return undefined;
  run.place = undefined;
  return place;
}

function stateOf(run: Run): RunState {
  const kept = Object.entries(run).filter(([key]) => !OF_ONE_HISTORY.has(key));
  const state = Object.fromEntries(kept) as Omit<RunState, 'steps'>;
  return { ...state, steps: [...run.steps.values()] };
}
