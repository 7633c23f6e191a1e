import { expect, it } from '@jest/globals';
import type { RolloutState } from '../../src/domain/health/assess-rollout.ts';
import { nextRestarts, type WindowEntry } from '../../src/domain/planning/restart-window.ts';

const STATES: Readonly<Record<string, RolloutState>> = {
  waiting: { kind: 'waiting' },
  moving: { kind: 'moving', message: 'on its way' },
  done: { kind: 'done', pods: 2 },
  failed: { kind: 'failed', message: 'crashes' },
};

/** Of `a waiting 2`: name, state and pods. */
function entry(text: string): WindowEntry {
  const [key = '', state = '', pods] = text.split(' ');
  const found = STATES[state];
  if (found === undefined) throw new TypeError(`no such state: ${state}`);
  return { key, state: found, pods: Number(pods) };
}

it.each([
  ['what fits begins, in order', ['a waiting 2', 'b waiting 2', 'c waiting 2'], ['a', 'b']],
  ['what is under way counts', ['a moving 2', 'b waiting 2', 'c waiting 2'], ['b']],
  ['what is done or failed does not count', ['a done 2', 'b failed 2', 'c waiting 4'], ['c']],
  ['nothing overtakes what does not fit yet', ['a moving 2', 'b waiting 4', 'c waiting 1'], []],
  ['what is larger than the budget goes alone', ['a waiting 9', 'b waiting 1'], ['a']],
  ['what is larger than the budget waits to be alone', ['a moving 1', 'b waiting 9'], []],
  ['what has no pods takes no room', ['a moving 4', 'b waiting 0'], ['b']],
])('in a budget of four pods, %s', (_rule, entries, expected) => {
  expect(nextRestarts(entries.map(entry), 4)).toEqual(expected);
});
