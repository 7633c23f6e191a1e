import type { Policy } from '../policy.ts';
import type { UpgradeStep } from './step.ts';

/** The gate before a wave, where the policy asks for one there. */
export function waveGate(
  { gates }: Pick<Policy, 'gates'>,
  number: number,
  where: string,
): readonly UpgradeStep[] {
  const { wave } = gates;
  if (wave === undefined || (wave.before === 'first' && number > 1)) return [];
  return [
    {
      id: `gate-wave-${number}`,
      kind: 'gate',
      gate: 'wave',
      wave: number,
      expiresSeconds: wave.expiresSeconds,
      title: `A person decides whether ${where} may move`,
      undo: { kind: 'none' },
    },
  ];
}
