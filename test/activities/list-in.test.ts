import { describe, expect, it } from '@jest/globals';
import { listIn } from '../../src/activities/list-in.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { podObject } from '../support/kubernetes-objects.ts';

/** A pod in each namespace of `n0` to `n19`, and how the lists of them were asked for. */
function cluster(): { readonly kubernetes: FakeKubernetes; readonly asked: unknown[] } {
  const fake = createFakeKubernetes();
  for (let index = 0; index < 20; index += 1) {
    fake.place(podObject(`pod-${index}`, '1-25-1', { metadata: { namespace: `n${index}` } }));
  }
  const asked: unknown[] = [];
  const kubernetes: FakeKubernetes = {
    ...fake,
    collect: (kind, options, pick) => {
      asked.push(options.namespace);
      return fake.collect(kind, options, pick);
    },
  };
  return { kubernetes, asked };
}

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_each, index) => `n${index}`);

describe('a list in some namespaces', () => {
  it.each([
    [0, []],
    [5, ['n0', 'n1', 'n2', 'n3', 'n4']],
    [6, [undefined]],
  ])('of %i is asked for as %j, and has theirs only', async (count, expected) => {
    const { kubernetes, asked } = cluster();

    const pods = await listIn(kubernetes, RESOURCE_KINDS.pod, names(count));

    expect(asked).toEqual(expected);
    expect(pods.map(({ metadata }) => metadata.namespace).toSorted()).toEqual(
      [...names(count)].toSorted(),
    );
  });
});
