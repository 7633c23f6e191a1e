import { UserError } from '../../rig/user-error.ts';
import type { Check, Part, PartOptions, Topic } from './topic.ts';

export interface TopicRun {
  /** Names of parts; empty for all. */
  readonly only: readonly string[];
  readonly signal: AbortSignal;
  /** Tells what is going on; never part of the result. */
  readonly say: (line: string) => void;
}

/** Runs the parts one after another, all of them whatever falls short. */
export async function runTopic(
  topic: Topic,
  { only, signal, say }: TopicRun,
): Promise<readonly Check[]> {
  const parts = topic.parts.filter(({ name }) => only.length === 0 || only.includes(name));
  const checks: Check[] = [];
  for (const part of parts) {
    signal.throwIfAborted();
    say(`\n══ ${topic.name}, ${part.name}: ${part.title}`);
    const found = await runPart(part, { signal, say });
    for (const { name, value, ok } of found) say(`${ok ? '✔' : '✘'} ${name}: ${value}`);
    checks.push(...found);
  }
  return checks;
}

/** A part that breaks off is a check that fell short, and the others still run. */
async function runPart(part: Part, { signal, say }: PartOptions): Promise<readonly Check[]> {
  try {
    const checks = await part.run({ signal, say });
    return checks.length > 0 ? checks : [brokenOff(part, 'it looked at nothing')];
  } catch (error) {
    signal.throwIfAborted();
    const isExpected = error instanceof UserError;
    if (!isExpected && error instanceof Error) say(error.stack ?? error.message);
    return [brokenOff(part, error instanceof Error ? error.message : String(error))];
  }
}

function brokenOff({ name }: Part, why: string): Check {
  return { name, value: why, bound: 'runs to its end', ok: false };
}
