import type { ContenderName } from './contender.ts';

export interface Turn {
  /** From 1. */
  readonly round: number;
  readonly contender: ContenderName;
}

/**
 * Who runs when: everybody once a round, each round beginning with another one, so that none always
 * finds what another has left. The last turn of all is that of the last contender named.
 */
export function planTurns(contenders: readonly ContenderName[], rounds: number): readonly Turn[] {
  return Array.from({ length: rounds }, (_, index) => {
    const shift = (index + 1 - rounds) % contenders.length;
    const order = [...contenders.slice(shift), ...contenders.slice(0, shift)];
    return order.map((contender): Turn => ({ round: index + 1, contender }));
  }).flat();
}
