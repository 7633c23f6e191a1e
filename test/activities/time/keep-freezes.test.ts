import { describe, expect, it } from '@jest/globals';
import {
  addFreeze,
  listFreezes,
  removeFreeze,
  type FreezeKeeper,
} from '../../../src/activities/time/keep-freezes.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../../support/fake-kubernetes.ts';

const REF = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'istio-system',
  name: 'meshlift-freezes',
} as const;

function sale(name = 'sale') {
  return {
    name,
    from: Date.parse('2026-11-27T00:00:00Z'),
    to: Date.parse('2026-12-01T00:00:00Z'),
    reason: 'black friday',
  };
}

function keeper(): FreezeKeeper & { readonly kubernetes: FakeKubernetes } {
  return { kubernetes: createFakeKubernetes(), meshNamespace: 'istio-system' };
}

async function entriesOf({ kubernetes }: { readonly kubernetes: FakeKubernetes }) {
  return (await kubernetes.get(REF))?.['data'];
}

function placeEntries(kubernetes: FakeKubernetes, data: Readonly<Record<string, string>>): void {
  const { apiVersion, kind, ...metadata } = REF;
  kubernetes.place({ apiVersion, kind, metadata: { ...metadata, annotations: { a: 'b' } }, data });
}

describe('freezes of a mesh', () => {
  it('are added to a ConfigMap that is made with the first, and listed', async () => {
    const here = keeper();
    expect((await listFreezes(here)).freezes).toEqual([]);

    expect(await addFreeze(here, sale())).toEqual({ kind: 'done' });
    expect(await addFreeze(here, sale('again'))).toEqual({ kind: 'done' });

    expect((await listFreezes(here)).freezes).toEqual([sale('again'), sale()]);
    expect(here.kubernetes.writes).toEqual([
      'create ConfigMap istio-system/meshlift-freezes',
      'replace ConfigMap istio-system/meshlift-freezes',
    ]);
  });

  it('stay beside entries of others, whatever those are', async () => {
    const here = keeper();
    placeEntries(here.kubernetes, { other: 'until tuesday' });

    await addFreeze(here, sale());
    const both = await entriesOf(here);
    await removeFreeze(here, 'sale');

    expect(both).toEqual({ other: 'until tuesday', sale: expect.any(String) as unknown });
    expect(await entriesOf(here)).toEqual({ other: 'until tuesday' });
    expect((await here.kubernetes.get(REF))?.metadata.annotations).toEqual({ a: 'b' });
  });

  it('are added once: the same again changes nothing, another by that name is refused', async () => {
    const here = keeper();
    await addFreeze(here, sale());
    const { length } = here.kubernetes.writes;

    expect(await addFreeze(here, sale())).toEqual({ kind: 'done' });
    const refused = await addFreeze(here, { ...sale(), to: sale().to + 1000 });

    expect(here.kubernetes.writes).toHaveLength(length);
    expect(refused).toEqual({
      kind: 'refused',
      because: 'there is a freeze "sale" already. Remove it first, or choose another name',
    });
  });

  it('are kept when two people write at once', async () => {
    const here = keeper();
    await addFreeze(here, sale());

    const answers = await Promise.all(['a', 'b', 'c'].map((name) => addFreeze(here, sale(name))));

    expect(answers).toEqual(['a', 'b', 'c'].map(() => ({ kind: 'done' })));
    const names = (await listFreezes(here)).freezes.map(({ name }) => name);
    expect(names).toEqual(['a', 'b', 'c', 'sale']);
  });

  it('are at most a hundred', async () => {
    const here = keeper();
    const entries = Array.from({ length: 99 }, (_, index) => [`f${index}`, '{}'] as const);
    placeEntries(here.kubernetes, Object.fromEntries(entries));

    expect(await addFreeze(here, sale())).toEqual({ kind: 'done' });
    expect(await addFreeze(here, sale('more'))).toMatchObject({ kind: 'refused' });
  });

  it('are removed by name, those that nobody can read as well; of another name is told which there are', async () => {
    const here = keeper();
    placeEntries(here.kubernetes, { odd: 'until tuesday' });
    expect((await listFreezes(here)).unreadable).toEqual(['odd']);

    expect(await removeFreeze(here, 'sale')).toEqual({
      kind: 'refused',
      because: expect.stringContaining('(odd), found no "sale"') as unknown,
    });
    expect(await removeFreeze(here, 'odd')).toEqual({ kind: 'done' });
    expect(await entriesOf(here)).toEqual({});
  });
});
