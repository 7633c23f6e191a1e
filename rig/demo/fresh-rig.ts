import { createProgressPrinter } from '../commands/up-and-down.ts';
import { readRig, type RigEndpoints } from '../rig-state.ts';
import { startRig, stopRig } from '../start-rig.ts';
import type { Voice } from './voice.ts';

export interface FreshRigOptions {
  readonly name: string;
  readonly voice: Voice;
  readonly signal: AbortSignal;
  /** Leave it up afterwards, unless the demo was interrupted. */
  readonly keep: boolean;
}

/** Brings a new rig up, whatever was there of that name, and takes it down after use. */
export async function withFreshRig<T>(
  { name, voice, signal, keep }: FreshRigOptions,
  use: (endpoints: RigEndpoints) => Promise<T>,
): Promise<T> {
  if (readRig(name) !== undefined) {
    voice.say(`Taking down the rig "${name}" that is still there from an earlier demo …`);
    await stopRig(name);
  }
  voice.say(
    'Bringing up a rig: a real Kubernetes API, Istio 1.25.1 and a Temporal server on this machine.',
  );
  const startedAt = Date.now();
  try {
    const { state } = await startRig({
      name,
      signal,
      endsWithCaller: !keep,
      onChange: createProgressPrinter(),
      onWait: ({ pid }) => voice.say(`Process ${pid} works on this rig; waiting for it …`),
    });
    if (state.endpoints === undefined) throw new Error(`rig "${name}" is ready without endpoints`);
    voice.good(`the rig is ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
    return await use(state.endpoints);
  } finally {
    if (!keep || signal.aborted) {
      voice.say('Taking the rig down …');
      await stopRig(name);
    }
  }
}
