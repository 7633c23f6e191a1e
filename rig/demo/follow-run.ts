import { confirm, isCancel } from '@clack/prompts';
import { UserError } from '../user-error.ts';
import type { RunDescription } from './run-description.ts';
import type { Stage } from './stage.ts';

/** The cluster's name in the rig's `meshlift.yaml`; the id is the product's for its mesh. */
export const CLUSTER = 'demo';
const WORKFLOW_ID = 'mesh/demo';
export const TARGET = { version: '1.26.1', revision: '1-26-1' } as const;

/** The exit code of `watch --until-gate` when the run waits for a person. */
const PERSON_NEEDED = 5;
const INTERRUPTED = 'interrupted at the question';

/** Where a run is when it has been followed until it ended or waits for a person. */
export type Followed = 'gate' | 'stuck' | 'ended';

export async function startUpgrade({ product }: Stage): Promise<void> {
  const exitCode = await product.show('start', CLUSTER, '--target', TARGET.version);
  if (exitCode !== 0)
    throw new UserError(`the upgrade did not start (exit code ${exitCode ?? '?'})`);
}

export async function followToGate({ product }: Stage): Promise<Followed> {
  const exitCode = await product.show('watch', CLUSTER, '--until-gate');
  if (exitCode !== PERSON_NEEDED) return 'ended';
  const seen = (await product.ask('show', CLUSTER)) as SeenRun | undefined;
  return seen?.progress?.openGate === undefined ? 'stuck' : 'gate';
}

export async function followToEnd({ product }: Stage): Promise<void> {
  await product.show('watch', CLUSTER);
}

/** The decision at the gate: of the person at the terminal, or with `--yes` of the demo itself. */
export async function decideAtGate({ options, voice, signal, product }: Stage): Promise<void> {
  const isApproved = options.yes || (await askApproval(voice.stream, signal));
  const args = isApproved
    ? ['approve', CLUSTER, '--yes', '--reason', 'the demo looks good']
    : ['reject', CLUSTER, '--yes', '--reason', 'the person at the demo said no'];
  const exitCode = await product.show(...args);
  if (exitCode !== 0)
    throw new UserError(`the decision was not taken (exit code ${exitCode ?? '?'})`);
}

export async function describeUpgrade({ product }: Stage): Promise<RunDescription> {
  return product.describeRun(WORKFLOW_ID);
}

/** The page of the run in the Temporal UI. */
export function webPageOf({ endpoints }: Stage): string {
  return `${endpoints.temporalUi}/namespaces/default/workflows/${encodeURIComponent(WORKFLOW_ID)}`;
}

interface SeenRun {
  readonly progress?: { readonly openGate?: unknown };
}

async function askApproval(output: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean> {
  const message = 'Do you approve? The old control plane is removed then, and not before.';
  const answer = await confirm({ message, input: process.stdin, output, signal });
  if (!isCancel(answer)) return answer;
  signal.throwIfAborted();
  // Ctrl-C at the question is a key, not a signal.
  process.kill(process.pid, 'SIGINT');
  throw new UserError(INTERRUPTED);
}
