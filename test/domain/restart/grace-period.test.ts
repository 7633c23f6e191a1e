import { describe, expect, it } from '@jest/globals';
import {
  isToggled,
  readGracePeriod,
  toggleGracePeriod,
} from '../../../src/domain/restart/grace-period.ts';
import { workloadObject } from '../../support/kubernetes-objects.ts';

describe('a restart by grace period', () => {
  it.each([
    [null, 31],
    [30, 31],
    [31, 30],
    [0, 1],
    [29, 30],
    [45, 46],
  ])('turns %s into %d', (before, after) => {
    expect(toggleGracePeriod(before)).toBe(after);
  });

  it('comes back at the next restart where it was 30 or 31, and only there', () => {
    const twice = (seconds: number | null): number => toggleGracePeriod(toggleGracePeriod(seconds));

    expect([30, 31].map(twice)).toEqual([30, 31]);
    expect([null, 30, 31].map(isToggled)).toEqual([true, true, true]);
    expect([29, 45, 0].map(isToggled)).toEqual([false, false, false]);
  });

  it('is read from the pod template', () => {
    const template = { spec: { terminationGracePeriodSeconds: 45 } };

    expect(readGracePeriod(workloadObject('Deployment', 'cart', { spec: { template } }))).toBe(45);
    expect(readGracePeriod(workloadObject('Deployment', 'cart'))).toBeNull();
  });
});
