import { describeCount } from '../rollout/describe-count.ts';
import type { WindowVerdict } from './maintenance-window.ts';
import type { HoldingFreeze, PhaseTime } from './plan-times.ts';

export const TIMES_HEAD = ['Phase', 'Steps', 'Now', 'Opens next', 'Windows'] as const;

/** A row under `TIMES_HEAD`; names of windows and of steps are as people gave them. */
export function describePhaseTime({
  phase,
  steps,
  windows,
  now,
  opensNext,
}: PhaseTime): readonly string[] {
  const [only] = steps;
  return [
    phase,
    steps.length === 1 && only !== undefined ? only : describeCount(steps.length, 'step'),
    describeVerdict(now),
    opensNext ?? (now.kind === 'open' ? '' : 'nobody can tell'),
    windows.map(({ name, rule }) => `${name}: ${rule}`).join('; ') || 'none is needed',
  ];
}

/** One line about a freeze that holds; its texts are foreign. */
export function describeHolding({ name, to, reason, by }: HoldingFreeze): string {
  const who = by === undefined ? '' : ` by ${by}`;
  return `freeze "${name}"${who} holds until ${to}${reason === undefined ? '' : `: ${reason}`}`;
}

function describeVerdict(now: WindowVerdict): string {
  if (now.kind === 'closed') return 'closed';
  return now.until === undefined ? 'open' : `open until ${now.until}`;
}
