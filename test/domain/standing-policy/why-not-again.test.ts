import { describe, expect, it } from '@jest/globals';
import { whyNotAgain, type LastRun } from '../../../src/domain/standing-policy/why-not-again.ts';
import { without } from '../../support/without.ts';

const UPGRADE = {
  kind: 'start',
  type: 'upgradeMesh',
  request: { target: '1.26.2' },
  because: 'it is new',
} as const;
const REFRESH = { ...UPGRADE, type: 'refreshProxies', request: { revision: '1-26' } } as const;

function lastRun(changes: Partial<LastRun> = {}): LastRun {
  const run = { workflowId: 'mesh/demo', runId: 'run-1', type: 'upgradeMesh', target: '1.26.2' };
  return { ...run, outcome: 'RolledBack', ...changes };
}

describe('what went wrong is not tried again by itself', () => {
  it.each(['RolledBack', 'Halted', 'RollbackFailed', 'TERMINATED'])(
    'an upgrade to the same version that ended as %s',
    (outcome) => {
      expect(whyNotAgain(UPGRADE, lastRun({ outcome }))).toContain(
        `the last upgradeMesh to 1.26.2 ended as ${outcome} (run run-1)`,
      );
    },
  );

  it('a refresh', () => {
    const last = lastRun({ type: 'refreshProxies', target: 'refresh', outcome: 'Halted' });

    expect(whyNotAgain(REFRESH, last)).toContain('the last refreshProxies ended as Halted');
  });

  it('an upgrade of which the server does not tell where it went', () => {
    const last = without(lastRun(), 'target');

    expect(whyNotAgain(UPGRADE, last)).toContain('RolledBack');
  });
});

describe('it is started', () => {
  it.each<[string, Partial<LastRun>]>([
    ['when the last one succeeded', { outcome: 'Succeeded' }],
    ['when findings stopped the last one, which touched nothing', { outcome: 'Blocked' }],
    ['when the last one went elsewhere', { target: '1.26.1' }],
    ['when the last one was of another kind', { type: 'downgradeMesh' }],
  ])('%s', (_what, changes) => {
    expect(whyNotAgain(UPGRADE, lastRun())).toBeDefined();

    expect(whyNotAgain(UPGRADE, lastRun(changes))).toBeUndefined();
  });
});
