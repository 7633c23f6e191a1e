import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../../src/domain/finding.ts';
import { findLastingGracePeriods } from '../../../src/domain/restart/find-lasting-grace-periods.ts';
import type { Treatment } from '../../../src/domain/restart/treatment.ts';
import { workloadDetail } from '../../support/sample-inventory.ts';
import { workload } from '../../support/sample-mesh.ts';

function find(
  gracePeriodSeconds: number,
  {
    treatment = { kind: 'restart' },
    method = 'grace-period',
  }: { readonly treatment?: Treatment; readonly method?: 'annotation' | 'grace-period' } = {},
): readonly Finding[] {
  const detail = workloadDetail({ gracePeriodSeconds });
  const moved = [{ ...workload({ uid: detail.uid }), treatment }];
  return findLastingGracePeriods({ moved }, [detail], { method });
}

describe('a grace period that a restart leaves one second longer', () => {
  it('is told of', () => {
    expect(find(45)).toEqual([
      expect.objectContaining({
        code: 'GracePeriodGrows',
        severity: 'info',
        subject: 'Deployment shop/cart (45 s)',
      }),
    ]);
  });

  it.each([
    ['toggles back', find(31)],
    ['is not how the policy restarts', find(45, { method: 'annotation' })],
    ['is not how it is moved', find(45, { treatment: { kind: 'evict', because: 'x' } })],
  ])('is no matter where it %s', (_what, findings) => {
    expect(findings).toEqual([]);
  });
});
