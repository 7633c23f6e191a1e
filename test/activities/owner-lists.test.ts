import { describe, expect, it } from '@jest/globals';
import { ownerLists } from '../../src/activities/restart/owner-lists.ts';
import { replicaSetOf, workloadObject } from '../support/kubernetes-objects.ts';

const SPEC = { replicas: 3 };
const BARE = workloadObject('ReplicaSet', 'batcher', { spec: SPEC });
const LINK = { ...replicaSetOf('cart'), spec: SPEC };

function kindsOf(...kinds: Parameters<typeof ownerLists>[0][number]['kind'][]): readonly string[] {
  return ownerLists(kinds.map((kind) => ({ kind }))).owners.map(({ kind }) => kind);
}

describe('what is listed to see the workloads of a wave', () => {
  it('has Rollouts only where there are any to see', () => {
    expect(kindsOf('Deployment')).toEqual(['Deployment', 'StatefulSet', 'DaemonSet']);
    expect(kindsOf('Deployment', 'Rollout')).toContain('Rollout');
  });

  it('has of ReplicaSets only what links pods to workloads', () => {
    const { links } = ownerLists([{ kind: 'Deployment' }]);

    expect(links.metadataOnly).toBe(true);
    expect(links.slim(BARE)).not.toHaveProperty('spec');
    expect(links.owners([BARE, LINK])).toEqual([]);
  });

  it('has a ReplicaSet whole where it is a workload itself', () => {
    const { links } = ownerLists([{ kind: 'ReplicaSet' }]);

    expect(links.metadataOnly).toBe(false);
    expect(links.slim(BARE)).toMatchObject({ spec: SPEC });
    expect(links.slim(LINK)).not.toHaveProperty('spec');
    expect(links.owners([BARE, LINK])).toEqual([BARE]);
  });
});
