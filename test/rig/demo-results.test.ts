import { describe, expect, it } from '@jest/globals';
import { isByProduct } from '../../rig/demo/count-requests.ts';
import { isCrashing } from '../../rig/demo/crash-witness.ts';
import { readDemoOptions } from '../../rig/demo/demo-options.ts';
import {
  isAsAnnounced,
  type BadUpgradeResult,
  type DemoResult,
  type UpgradeResult,
} from '../../rig/demo/results.ts';
import { parseRunDescription } from '../../rig/demo/run-description.ts';
import { UsageError } from '../../rig/user-error.ts';

const figures = { seconds: 60, apiRequests: 900, historyEvents: 200, historyBytes: 60_000 };
const upgrade: UpgradeResult = {
  name: 'upgrade',
  outcome: 'Succeeded',
  workloads: 17,
  onTarget: 17,
  leftOfOldRevision: [],
  ...figures,
};
const badUpgrade: BadUpgradeResult = {
  name: 'bad-upgrade',
  outcome: 'RolledBack',
  restored: true,
  differences: [],
  workloads: 17,
  crashedPods: 4,
  ...figures,
};

describe('isAsAnnounced', () => {
  it('is so when one upgrade succeeded and the other took itself back', () => {
    expect(isAsAnnounced({ acts: [upgrade, badUpgrade] })).toBe(true);
  });

  it.each<[string, DemoResult]>([
    ['an act is missing', { acts: [upgrade] }],
    ['the demo broke off', { acts: [upgrade, badUpgrade], error: 'interrupted' }],
    ['the upgrade was blocked', { acts: [{ ...upgrade, outcome: 'Blocked' }, badUpgrade] }],
    ['a workload was left behind', { acts: [{ ...upgrade, onTarget: 16 }, badUpgrade] }],
    ['there was no workload', { acts: [{ ...upgrade, workloads: 0, onTarget: 0 }, badUpgrade] }],
    [
      'something of the old revision is left',
      { acts: [{ ...upgrade, leftOfOldRevision: ['Deployment istiod'] }, badUpgrade] },
    ],
    ['the bad one succeeded', { acts: [upgrade, { ...badUpgrade, outcome: 'Succeeded' }] }],
    ['something is not as before', { acts: [upgrade, { ...badUpgrade, restored: false }] }],
    ['no proxy crashed at all', { acts: [upgrade, { ...badUpgrade, crashedPods: 0 }] }],
  ])('is not so when %s', (_, result) => {
    expect(isAsAnnounced(result)).toBe(false);
  });
});

describe('parseRunDescription', () => {
  const workflowExecutionInfo = { historyLength: '139', historySizeBytes: '33963' };

  it('takes the outcome from the result of the run', () => {
    const result = { outcome: 'RolledBack', cause: 'wave-1 failed', differences: null };

    expect(parseRunDescription({ workflowExecutionInfo, result })).toEqual({
      outcome: 'RolledBack',
      cause: 'wave-1 failed',
      historyEvents: 139,
      historyBytes: 33_963,
    });
  });

  it.each([
    ['WORKFLOW_EXECUTION_STATUS_FAILED', 'Failed'],
    ['WORKFLOW_EXECUTION_STATUS_TIMED_OUT', 'TimedOut'],
    [undefined, 'Unknown'],
  ])('takes the state %s where there is no result', (status, outcome) => {
    const value = { workflowExecutionInfo: { ...workflowExecutionInfo, status } };

    expect(parseRunDescription(value).outcome).toBe(outcome);
  });

  it('makes nothing of what is no description', () => {
    expect(parseRunDescription(undefined)).toEqual({
      outcome: 'Unknown',
      historyEvents: 0,
      historyBytes: 0,
    });
  });
});

it.each([
  ['{"user":{"username":"meshlift-worker"}}', true],
  ['{"user":{"username":"meshlift-installer"}}', true],
  ['{"user":{"username":"system:kube-scheduler"}}', false],
  ['{"user":{"username":"meshlift-wor', false],
])('counts %s as a request of the product: %s', (line, expected) => {
  expect(isByProduct(line)).toBe(expected);
});

it.each([
  ['istio-proxy', 'docker.io/istio/proxyv2:1.26.1', 'CrashLoopBackOff', true],
  ['istio-proxy', 'docker.io/istio/proxyv2:1.25.1', 'CrashLoopBackOff', false],
  ['istio-proxy', 'docker.io/istio/proxyv2:1.26.1', 'PodInitializing', false],
  ['app', 'registry.example.com/app:1.26.1', 'CrashLoopBackOff', false],
])('%s of %s in %s is a crashing new proxy: %s', (name, image, reason, expected) => {
  const status = { containerStatuses: [{ name, image, state: { waiting: { reason } } }] };

  expect(isCrashing({ metadata: { uid: 'pod' }, status }, '1.26.1')).toBe(expected);
});

describe('readDemoOptions', () => {
  const terminal = { stdin: { isTTY: true }, stdout: { isTTY: true }, stderr: { isTTY: true } };
  const pipe = { stdin: {}, stdout: {}, stderr: {} };

  it('asks at a terminal by default', () => {
    expect(readDemoOptions([], terminal)).toEqual({ yes: false, keep: false, output: 'text' });
  });

  it('refuses to ask where nobody can answer, and says what to do', () => {
    expect(() => readDemoOptions([], pipe)).toThrow(UsageError);
    expect(() => readDemoOptions([], pipe)).toThrow('npm run demo -- --yes');
    expect(readDemoOptions(['--yes'], pipe).yes).toBe(true);
  });

  it('asks on standard error when standard output is for JSON', () => {
    const piped = { ...terminal, stdout: {} };

    expect(readDemoOptions(['--output', 'json'], piped).output).toBe('json');
    expect(() => readDemoOptions([], piped)).toThrow(UsageError);
  });
});
