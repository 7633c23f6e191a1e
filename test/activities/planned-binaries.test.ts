import { describe, expect, it } from '@jest/globals';
import { assertPlannedBinary, binaryDigests } from '../../src/activities/planned-binaries.ts';
import { applyStep } from '../../src/activities/apply-step.ts';
import type { MeshInstaller } from '../../src/installers/installer.ts';
import { createFakeKubernetes } from '../support/fake-kubernetes.ts';
import { placeControlPlane, placeInjector } from '../support/placed-mesh.ts';
import { version } from '../support/sample-mesh.ts';
import {
  accessTo,
  attemptAfter,
  recordIn,
  RUN,
  samplePlan,
  waveStep,
} from '../support/sample-run.ts';

const [OLD, NEW] = [version('1.25.1'), version('1.26.1')];
const installer = { binaryDigest: async (of: string) => `sha256:${of}` };

describe('the binaries of a plan', () => {
  it('are carried by their digests, by version', async () => {
    expect(await binaryDigests(installer, [OLD, NEW])).toEqual({
      '1.25.1': 'sha256:1.25.1',
      '1.26.1': 'sha256:1.26.1',
    });
  });

  it('have to be the same for the whole run', async () => {
    const binaries = await binaryDigests(installer, [OLD, NEW]);
    await expect(assertPlannedBinary(installer, { binaries }, NEW)).resolves.toBeUndefined();

    const another = { binaryDigest: async () => 'sha256:other' };

    await expect(assertPlannedBinary(another, { binaries }, NEW)).rejects.toMatchObject({
      type: 'InstallerFailed',
      message: expect.stringContaining('(sha256:1.26.1), found sha256:other'),
    });
  });

  it('are looked at before one of them is run, when a tag is to be moved', async () => {
    const cluster = createFakeKubernetes();
    placeControlPlane(cluster, '1-26-1');
    placeInjector(cluster, '1-26-1');
    const move = { tag: 'prod', webhook: 'istio-revision-tag-prod', from: '1-25-1', to: '1-26-1' };
    const plan = { ...samplePlan([waveStep([], { tagMoves: [move] })]), binaries: { [NEW]: 'a' } };
    await recordIn(cluster).put('plan', plan);
    const before = [...cluster.writes];
    const runs: string[] = [];
    const swapped = {
      binaryDigest: async () => 'b',
      renderTag: async () => {
        runs.push('renderTag');
        return [];
      },
    } as unknown as MeshInstaller;
    const injecting = accessTo({
      ...cluster,
      create: async (object) => ({
        ...object,
        metadata: { ...object.metadata, annotations: { 'istio.io/rev': '1-26-1' } },
        spec: { containers: [{ name: 'istio-proxy', image: 'istio/proxyv2:1.26.1' }] },
      }),
    });
    const apply = (): Promise<unknown> =>
      attemptAfter().run(() => applyStep(injecting, swapped, { ...RUN, step: 'wave-1' }));

    await expect(apply()).rejects.toMatchObject({
      type: 'InstallerFailed',
      message: expect.stringContaining('made with (a), found b'),
    });
    expect(runs).toEqual([]);
    expect(cluster.writes).toEqual(before);
  });
});
