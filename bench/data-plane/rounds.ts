import type { ContenderName } from './contender.ts';

export interface Turn {
  /** From 1. */
  readonly round: number;
  readonly contender: ContenderName;
}

/**
 * Who runs when: everybody once a round, each round beginning with another one, so that none always
 * finds what another has left; `b1`, which takes as long as all others together, in the first
 * `b1Rounds` of them. The last turn of all is that of the last contender named.
 */
export function planTurns(
  contenders: readonly ContenderName[],
  { rounds, b1Rounds }: { readonly rounds: number; readonly b1Rounds: number },
): readonly Turn[] {
  return Array.from({ length: rounds }, (_, index) => {
    const shift = (index + 1 - rounds) % contenders.length;
    const order = [...contenders.slice(shift), ...contenders.slice(0, shift)];
    return order
      .filter((contender) => contender !== 'b1' || index < b1Rounds)
      .map((contender): Turn => ({ round: index + 1, contender }));
  }).flat();
}
