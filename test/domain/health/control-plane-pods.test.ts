import { describe, expect, it } from '@jest/globals';
import {
  countControlPlanePods,
  progressOfControlPlane,
} from '../../../src/domain/health/control-plane-pods.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';

interface Pod {
  readonly version: string;
  readonly revision?: string;
  readonly isReady?: boolean;
  readonly isTerminating?: boolean;
}

function pod({ version, revision = 'default', isReady, isTerminating }: Pod): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'istiod',
      labels: { 'istio.io/rev': revision },
      ...(isTerminating === true ? { deletionTimestamp: '2026-03-01T00:00:00Z' } : {}),
    },
    spec: {
      containers: [{ name: 'discovery', image: `docker.io/istio/pilot:${version}-distroless` }],
    },
    status: { conditions: [{ type: 'Ready', status: isReady === false ? 'False' : 'True' }] },
  };
}

/** One control plane in the midst of being replaced in place. */
const REPLACED = [
  pod({ version: '1.26.1' }),
  pod({ version: '1.26.1', isTerminating: true }),
  pod({ version: '1.25.1', isReady: false }),
  pod({ version: '1.25.1' }),
];

describe('the pods of a control plane', () => {
  it('are counted by version: those that serve, come, and go', () => {
    expect(countControlPlanePods(REPLACED)).toEqual([
      { revision: 'default', version: '1.25.1', ready: 1, starting: 1, terminating: 0 },
      { revision: 'default', version: '1.26.1', ready: 1, starting: 0, terminating: 1 },
    ]);
  });

  it('that serve in the wanted version are counted among all that stay of the revision', () => {
    const others = pod({ version: '1.25.1', revision: 'blue' });
    const pods = countControlPlanePods([...REPLACED, others]);

    expect(progressOfControlPlane(pods, { revision: 'default', version: '1.25.1' })).toEqual({
      done: 1,
      total: 3,
      controlPlane: pods,
    });
  });

  it('without a label or a tag are not taken for any version', () => {
    const nameless = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'istiod' } };

    expect(countControlPlanePods([nameless])).toEqual([
      { revision: 'unknown', version: 'unknown', ready: 0, starting: 1, terminating: 0 },
    ]);
  });
});
