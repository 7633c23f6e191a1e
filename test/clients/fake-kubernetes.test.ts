import { expect, it } from '@jest/globals';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import { refOf } from '../../src/domain/kubernetes-object.ts';
import { createFakeKubernetes } from '../support/fake-kubernetes.ts';
import { configMap } from '../support/kubernetes-objects.ts';
import { describeKubernetesContract } from './kubernetes-contract.ts';

const cluster = createFakeKubernetes();

describeKubernetesContract('the fake', () => cluster);

it('does not show, once refreshed, what was there before', async () => {
  const ref = refOf(cluster.place(configMap('followed', { at: '0' })));
  const seen: unknown[] = [];
  const mirror = await cluster.follow(
    RESOURCE_KINDS.configMap,
    {
      fieldSelector: 'metadata.name=followed',
      onChange: () => seen.push(...mirror.items.values()),
    },
    ({ data }) => data,
  );

  const written = ['1', '2'].map((at) => cluster.mergePatch(ref, { data: { at } }));
  await Promise.all([...written, mirror.refresh()]);
  await Promise.resolve();

  expect(seen).toEqual([{ at: '2' }]);
  await cluster.mergePatch(ref, { data: { at: '3' } });
  expect(seen).toEqual([{ at: '2' }, { at: '3' }]);
});

it('ends its mirrors as a server does that says no', async () => {
  let told = 0;
  const options = { onChange: () => (told += 1) };
  const mirror = await cluster.follow(RESOURCE_KINDS.configMap, options, (object) => object);
  expect([mirror.failure(), told]).toEqual([undefined, 0]);

  const forbidden = new Error('forbidden');
  cluster.failMirrors(forbidden);

  expect([mirror.failure(), told]).toEqual([forbidden, 1]);
  await expect(mirror.refresh()).rejects.toBe(forbidden);
});
