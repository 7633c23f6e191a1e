import { expect, it } from '@jest/globals';
import { buildControllerArgs } from '../../rig/controllers/command-line.ts';
import { CONTROLLER_NAMES, isControllerName } from '../../rig/controllers/names.ts';
import { FAMILIES, OPTIONAL_FAMILIES } from '../../rig/tools/catalog.ts';

const place = { kubeconfig: '/rig/flagger.yaml', ports: { health: 20_001, metrics: 20_002 } };

it('Argo Rollouts runs alone, hence without an election', () => {
  expect(buildControllerArgs('argo-rollouts', place)).toEqual([
    '--kubeconfig=/rig/flagger.yaml',
    '--leader-elect=false',
    '--healthzPort=20001',
    '--metricsport=20002',
  ]);
});

it('Flagger uses Istio and asks no Prometheus that could answer', () => {
  expect(buildControllerArgs('flagger', place)).toEqual([
    '-kubeconfig=/rig/flagger.yaml',
    '-mesh-provider=istio',
    '-metrics-server=http://127.0.0.1:9',
    '-control-loop-interval=2s',
    '-log-level=info',
    '-port=20001',
  ]);
});

it.each([
  ['argo-rollouts', true],
  ['flagger', true],
  ['keda', false],
  ['', false],
])('"%s" is a controller that the rig can run: %s', (name, expected) => {
  expect(isControllerName(name)).toBe(expected);
});

it('builds each controller as a family of its own, which no other rig waits for', () => {
  expect(OPTIONAL_FAMILIES.map(({ name }) => name)).toEqual(
    expect.arrayContaining([...CONTROLLER_NAMES]),
  );
  expect(FAMILIES.map(({ name }): string => name)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/argo|flagger/)]),
  );
});
