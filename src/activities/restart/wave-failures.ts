import { listNames } from '../../domain/health/assess-workloads.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { ActivityError } from '../errors.ts';
import { digestTemplate } from './digest-template.ts';
import type { BegunMove } from './wave-checkpoint.ts';
import type { WaveEntry } from './wave-entries.ts';

/** How often a mark is put back on a template from which somebody took it. */
export const MOST_MARKS_PUT_BACK = 2;

/** Reasons travel in heartbeats and histories. */
export const MOST_CHARACTERS = 300;

export interface Deadlines {
  readonly begun: ReadonlyMap<string, BegunMove>;
  /** When (ms) the last pod of the workload arrived that did: many pods take as long as they take. */
  readonly furtherAt: number;
  readonly marks: ReadonlyMap<string, number>;
  /** Since when (ms) nothing moves although workloads wait, and why they do. */
  readonly stuckSince: { readonly at: number; readonly held: readonly string[] } | undefined;
  readonly seconds: number;
  /** What stands against the latest change of the workload. */
  readonly refused: string | undefined;
}

/** Why a workload has failed, or its time is over; `undefined` while neither is so. */
export function failureOf(
  entry: WaveEntry,
  { begun, furtherAt, marks, seconds, stuckSince, refused }: Deadlines,
): string | undefined {
  const { key, name, state } = entry;
  if (state.kind === 'failed') return `${name}: ${state.message}${attribute(entry)}`;
  if (state.kind === 'moving') {
    if ((marks.get(key) ?? 0) > MOST_MARKS_PUT_BACK) return `${name}: ${takenAway(entry)}`;
    const passed = secondsSince(begun.get(key)?.at);
    const still = Math.min(passed, (Date.now() - furtherAt) / 1000);
    return still > seconds
      ? `${name}: not there after ${Math.round(passed)} s${stillFor(passed, still)}: ${state.message}${kept(entry)}${tell(refused)}${attribute(entry)}`
      : undefined;
  }
  // Nothing of it has changed yet. What is on its way has its whole time.
  if (state.kind === 'waiting' && refused !== undefined) return `${name}: ${refused}`;
  const stuck = stuckSince === undefined ? 0 : (Date.now() - stuckSince.at) / 1000;
  return state.kind === 'waiting' && stuckSince !== undefined && stuck > seconds
    ? `${name}: could not begin for ${Math.round(stuck)} s: ${stuckSince.held.join('; ')}`
    : undefined;
}

function stillFor(passed: number, still: number): string {
  return passed - still < 1 ? '' : `, no further for ${Math.round(still)} s`;
}

/** Nobody else has it: whoever reads of the failure has to know where it is. */
function kept({ change, pods }: WaveEntry): string {
  const isAway = change.kind === 'recreate' && pods.length === 0;
  return isAway ? "; the run's record keeps its manifest" : '';
}

function tell(refused: string | undefined): string {
  return refused === undefined ? '' : `; ${refused}`;
}

function takenAway({ change }: WaveEntry): string {
  if (change.kind === 'inject') {
    return 'its pod template was changed back again and again: something else, such as Argo CD or Flux, owns it. Inject it there, with the istioctl of the target';
  }
  const isGrace = change.kind === 'restart' && change.by === 'grace-period';
  const mark = isGrace ? 'changes of terminationGracePeriodSeconds' : 'annotations of meshlift.dev';
  return `the restart mark was taken from its pod template again and again: something else, such as Argo CD or Flux, owns the template. Let it ignore ${mark}, or restart the workload there`;
}

function secondsSince(at: string | undefined): number {
  return at === undefined ? 0 : (Date.now() - Date.parse(at)) / 1000;
}

/** The end of a wave in which more have failed than may. */
export function tooManyFailed(
  failures: readonly string[],
  { workloads, tolerated }: { readonly workloads: number; readonly tolerated: number },
): ActivityError {
  const most = tolerated === 0 ? '' : `, of which ${tolerated} may`;
  return new ActivityError(
    'ThresholdPassed',
    `${failures.length} of ${describeCount(workloads, 'workload')} failed${most}: ${listNames(failures)}`,
    [failures],
  );
}

/** Whether somebody else's deployment landed meanwhile: then the failure may be of that. */
function attribute({ live, change }: WaveEntry): string {
  const isOurs =
    live === undefined ||
    change.kind !== 'restart' ||
    change.template === undefined ||
    digestTemplate(live, change) === change.template;
  return isOurs
    ? ''
    : '; its pod template was changed by somebody else since the wave began: look at that deployment first';
}
