import type { OpenGateView } from '../../src/domain/approval/evidence.ts';
import type { Rehearsal, Stage } from './workflow-stage.ts';

/** More looks than any play needs. */
const MOST_LOOKS = 150;

/** Lets little time pass until a gate is open, of that name where one is given. */
export async function openGateOf(
  { env }: Stage,
  run: Rehearsal,
  name?: string,
): Promise<OpenGateView> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const { openGate, phase } = await run.progress();
    if (openGate !== undefined && (name === undefined || name === openGate.name)) return openGate;
    if (!env.supportsTimeSkipping) await env.sleep('200ms');
    else await env.sleep(phase === 'Soaking' ? '10s' : '1s');
  }
  throw new Error(`no gate ${name ?? ''} was opened`);
}
