import { describe, expect, it } from '@jest/globals';
import { objectPath, readManifests } from '../../rig/kubernetes/manifest.ts';
import { buildSlowStage } from '../../rig/mesh/slow-pods.ts';

const STAGES = new URL('../../rig/kubernetes/stages/', import.meta.url);
const readStages = async (file: string, values = {}) =>
  readManifests(new URL(file, STAGES), values);

describe('KWOK stages', () => {
  it('make ordinary pods ready with no weight, so that trouble can outweigh them', async () => {
    const stages = await readStages('pods.yaml');

    expect(stages.map(({ metadata, spec }) => [metadata.name, spec])).toEqual(
      ['pod-ready', 'istiod-scheduled', 'job-pod-complete', 'pod-delete'].map((name) => [
        name,
        expect.objectContaining({ weight: 0 }),
      ]),
    );
  });

  it('leave the readiness of istiod to the process that plays it', async () => {
    const [ready] = await readStages('pods.yaml');

    expect(ready?.['spec']).toHaveProperty(
      'selector.matchExpressions',
      expect.arrayContaining([
        { key: '.metadata.labels["app"]', operator: 'NotIn', values: ['istiod'] },
      ]),
    );
  });

  it('hold pods back fifteen seconds while slow-pods is on', async () => {
    const slow = buildSlowStage(await readStages('pods.yaml'));

    expect(objectPath(slow)).toBe('/apis/kwok.x-k8s.io/v1alpha1/stages/trouble-slow-pods');
    expect(slow['spec']).toMatchObject({ weight: 1, delay: { durationMilliseconds: 15_000 } });
  });

  it('crash only sidecars of another version than the starting one', async () => {
    const [crash] = await readStages('trouble-new-proxy-crashes.yaml', {
      STARTING_VERSION: '1.25.1',
    });

    expect(crash?.['spec']).toHaveProperty(
      'selector.matchExpressions',
      expect.arrayContaining([expect.objectContaining({ operator: 'NotIn', values: ['1.25.1'] })]),
    );
  });
});
