import type { UpgradePlan } from '../../src/domain/planning/plan.ts';
import type { UpgradeStep } from '../../src/domain/planning/step.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { API_VERSION } from '../../src/domain/request/request.ts';

/** First run id of the run that the sample rollback takes back. */
export const TAKEN_BACK = '0198b2f4-0000-7000-8000-000000000001';

const KEEP = { kind: 'keep', because: 'a rollback is not taken back' } as const;

function undoOf(of: string): UpgradeStep {
  return {
    id: `undo-${of}`,
    kind: 'undo-step',
    of,
    changes: 2,
    title: `Take back ${of}`,
    undo: KEEP,
  };
}

/** A finished upgrade of two waves, to be taken back. */
export function sampleRollbackPlan(cluster: UpgradePlan['cluster'], policy: Policy): UpgradePlan {
  return {
    apiVersion: API_VERSION,
    cluster,
    meshNamespace: 'istio-system',
    strategy: 'rollback',
    from: { revision: '1-26-1', version: '1.26.1' },
    to: { revision: '1-25-1', version: '1.25.1' },
    takesBack: TAKEN_BACK,
    steps: [
      {
        id: 'restore-control-plane',
        kind: 'restore-control-plane',
        of: 'remove-control-plane',
        revision: '1-25-1',
        objects: [],
        title: 'Make control plane 1-25-1 again',
        undo: KEEP,
      },
      ...['default', 'wave-2', 'wave-1', 'control-plane'].map(undoOf),
      {
        id: 'prove-restored',
        kind: 'prove-restored',
        title: 'Compare with the snapshot',
        undo: { kind: 'none' },
      },
    ],
    policy,
    binaries: {},
    findings: [],
  };
}
