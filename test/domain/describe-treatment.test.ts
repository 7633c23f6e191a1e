import { describe, expect, it } from '@jest/globals';
import { describeStep } from '../../src/domain/planning/describe-step.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import type { LeftWorkload } from '../../src/domain/restart/treatment.ts';
import { waveStep } from '../support/sample-run.ts';

function ref(kind: WorkloadRef['kind'], name: string): WorkloadRef {
  return { kind, namespace: 'shop', name, uid: `uid-${name}` };
}

const JOB: LeftWorkload = {
  kind: 'Job',
  namespace: 'shop',
  name: 'import',
  because: 'it ends by itself',
};

function linesOf(workloads: readonly WorkloadRef[], left: readonly LeftWorkload[]): string[] {
  return describeStep(waveStep(workloads, { left })).map(({ text }) => text);
}

describe('a wave, to people', () => {
  it('names each treatment but the usual one', () => {
    const workloads = [
      ref('Deployment', 'cart'),
      ref('ReplicaSet', 'batcher'),
      ref('Rollout', 'search'),
      ref('Pod', 'tool'),
    ];

    expect(linesOf(workloads, [])).toEqual(
      expect.arrayContaining([
        'Deployment shop/cart',
        'ReplicaSet shop/batcher: pod by pod, since nothing controls it, so no template replaces its pods',
        'Rollout shop/search: by spec.restartAt, on which its controller evicts its pods',
        'Pod shop/tool: evicted, and made again from its manifest, which is kept',
      ]),
    );
  });

  it('says what it leaves and why, and nothing of that where it leaves nothing', () => {
    expect(linesOf([], [JOB])).toEqual(
      expect.arrayContaining(['leaves 1 other', 'Job shop/import: it ends by itself']),
    );
    expect(linesOf([], []).filter((line) => line.startsWith('leaves'))).toEqual([]);
  });
});
