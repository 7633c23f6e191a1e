import { beforeEach, describe, expect, it } from '@jest/globals';
import { templateLabels } from '../../src/activities/changes/patch-paths.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import type { WaveWorkload } from '../../src/domain/planning/step.ts';
import type { FakeKubernetes } from '../support/fake-kubernetes.ts';
import { NEW, OLD, placePod, placeWorkload, rollOut } from '../support/placed-mesh.ts';
import { problemOf } from '../support/sample-run.ts';
import { useWave } from '../support/wave-stage.ts';

const wave = await useWave({ maxPodsInFlight: 10, workloadDeadlineSeconds: 30 });

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = wave.cluster;
});

const WRITES = /^(patch StatefulSet|evict)/;
const ON_DELETE = { updateStrategy: { type: 'OnDelete' } };

/** Two pods that choose their revision by a label of their template. */
function place(name: string, spec: object = {}, revision = OLD): WorkloadRef {
  const template = {
    metadata: { annotations: {}, labels: { app: name, 'istio.io/rev': revision } },
  };
  return placeWorkload(cluster, name, { spec: { template, ...spec } });
}

function relabelled(ref: WorkloadRef): WaveWorkload {
  return { ...ref, revisionLabel: { from: OLD, to: NEW } };
}

async function labelOf(ref: WorkloadRef): Promise<string | undefined> {
  const live = await cluster.get({ apiVersion: 'apps/v1', ...ref });
  return live === undefined ? undefined : templateLabels(live)['istio.io/rev'];
}

/** A controller that sees each change of the template, and makes pods anew that were evicted. */
function controller(ref: WorkloadRef): void {
  wave.time.meanwhile(async () => {
    const live = await cluster.get({ apiVersion: 'apps/v1', ...ref });
    const { generation } = live?.metadata ?? {};
    await cluster.mergePatch(
      { apiVersion: 'apps/v1', ...ref },
      { status: { observedGeneration: generation } },
    );
    const pods = await cluster.list(RESOURCE_KINDS.pod, { namespace: 'shop' });
    const names = new Set(pods.map(({ metadata }) => metadata.name));
    const revision = (await labelOf(ref)) ?? OLD;
    for (const index of [0, 1]) {
      if (!names.has(`${ref.name}-${index}`)) placePod(cluster, ref, index, { revision });
    }
  });
}

describe('a workload whose pods choose their revision by a label', () => {
  it('is restarted by the new label, in one patch with the mark', async () => {
    const cart = place('cart');
    await wave.planned([relabelled(cart)]);
    wave.time.meanwhile(async () => {
      if ((await labelOf(cart)) === NEW) rollOut(cluster, cart);
    });

    const result = await wave.restart();

    expect(result).toMatchObject({ finished: true, done: 1 });
    expect(wave.writesTo(WRITES)).toEqual(['patch StatefulSet shop/cart']);
    expect(await labelOf(cart)).toBe(NEW);
  });

  it('keeps a label that nobody planned to change', async () => {
    const cart = place('cart', {}, 'prod-stable');
    await wave.planned([cart]);
    wave.time.meanwhile(() => rollOut(cluster, cart));

    await wave.restart();

    expect(await labelOf(cart)).toBe('prod-stable');
  });

  it('gets the new label before the first pod is evicted, where its template replaces none', async () => {
    const ledger = place('ledger', ON_DELETE);
    await wave.planned([relabelled(ledger)]);
    controller(ledger);

    await wave.restart();

    // The first patch is the label; whoever was evicted before it would have to go once more.
    expect(wave.writesTo(WRITES)[0]).toBe('patch StatefulSet shop/ledger');
    expect(wave.writesTo(/^evict/)).toEqual(['evict Pod shop/ledger-1', 'evict Pod shop/ledger-0']);
    expect(await labelOf(ledger)).toBe(NEW);
  });

  it('has failed, and nothing is begun, where what is evicted would have the old label', async () => {
    const cart = place('cart', { updateStrategy: { rollingUpdate: { partition: 1 } } });
    await wave.planned([relabelled(cart)]);

    expect(await problemOf(wave.restart())).toMatch(
      /the label of its pods would have to change, and its update strategy has partition 1/,
    );
    expect(wave.writesTo(WRITES)).toEqual([]);
  });

  it('has failed, and stays as it is, where somebody gave it another label since the plan was made', async () => {
    const cart = place('cart', {}, 'mine');
    await wave.planned([relabelled(cart)]);

    expect(await problemOf(wave.restart())).toMatch(
      /^ThresholdPassed: 1 of 1 workload failed: .*istio\.io\/rev=mine: somebody changed it/,
    );
    expect(await labelOf(cart)).toBe('mine');
  });
});
