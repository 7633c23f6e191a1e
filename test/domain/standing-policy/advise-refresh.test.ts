import { describe, expect, it } from '@jest/globals';
import { adviseRefresh } from '../../../src/domain/standing-policy/advise-refresh.ts';
import type { Planned } from '../../../src/domain/planning/plan.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { samplePolicy } from '../../support/sample-mesh.ts';
import { sampleRefreshPlan } from '../../support/sample-refresh.ts';

function finding(message: string, severity: Finding['severity']): Finding {
  return { code: 'RefreshNeedsRevision', severity, subject: 'demo', message, remedy: 'name one' };
}

describe('keep the data plane fresh', () => {
  it('starts a refresh of the revision whose proxies are older', () => {
    const plan = sampleRefreshPlan({ name: 'demo', uid: 'uid' }, samplePolicy({}));
    const estimate = {} as Extract<Planned, { kind: 'plan' }>['estimate'];

    const advice = adviseRefresh({ kind: 'plan', plan, digest: 'sha256:x', estimate });

    expect(advice).toMatchObject({
      kind: 'start',
      type: 'refreshProxies',
      request: { revision: plan.to.revision },
    });
    expect(advice.because).toMatch(/^\d+ workloads of revision \S+ have a proxy older than/);
  });

  it('starts nothing where no proxy is older, and says so', () => {
    const findings = [finding('those of 4 workloads are as new as it', 'info')];

    expect(adviseRefresh({ kind: 'nothing-to-do', findings })).toEqual({
      kind: 'nothing',
      because: 'those of 4 workloads are as new as it',
    });
  });

  it('starts nothing where findings stop it, and repeats only those', () => {
    const findings = [
      finding('found them of 1-26 and 1-27', 'blocking'),
      finding('by the way', 'info'),
    ];

    expect(adviseRefresh({ kind: 'blocked', findings })).toEqual({
      kind: 'nothing',
      because: 'a refresh is stopped by findings: found them of 1-26 and 1-27',
    });
  });
});
