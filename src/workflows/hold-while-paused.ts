import { condition } from '@temporalio/workflow';
import { goOnAnew, isLong, type Place } from './go-on-anew.ts';
import { enterPhase, refreshDetails, type Run } from './run.ts';

/** Between two mutations: nothing begins while the run is paused. */
export async function holdWhilePaused(run: Run, place: Place): Promise<void> {
  if (run.paused === undefined) return;
  const { phase } = run;
  enterPhase(run, 'Paused', 'resume');
  try {
    await condition(() => run.paused === undefined || isLong(run));
  } finally {
    // Where it is paused anew, in another history or once a wave was left, it is amid the same phase.
    run.phase = phase;
  }
  if (run.paused !== undefined) await goOnAnew(run, place);
  enterPhase(run, phase);
  refreshDetails(run);
}
