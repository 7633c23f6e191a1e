import { expect, it } from '@jest/globals';
import { buildIstiodArgs, buildIstiodEnvironment } from '../../rig/mesh/istiod-environment.ts';
import { buildPodStatus } from '../../rig/mesh/istiod-status.ts';

const container = {
  name: 'discovery',
  image: 'docker.io/istio/pilot:1.26.1',
  args: ['discovery', '--monitoringAddr=:15014', '--domain', 'cluster.local'],
  env: [
    { name: 'REVISION', value: '1-26-1' },
    { name: 'KUBECONFIG', value: '/var/run/secrets/remote/config' },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'GOMAXPROCS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    { name: 'PILOT_DEBOUNCE_MAX', value: '5s' },
  ],
};
const pod = { metadata: { name: 'istiod-1-26-1-abc' }, spec: { containers: [container] } };
const ports = {
  http: 1001,
  grpc: 1002,
  secureGrpc: 1003,
  monitoring: 1004,
  https: 1005,
  introspection: 1006,
};

it("passes the pod's arguments on, with addresses of this machine", () => {
  expect(buildIstiodArgs(container, '/state/kubeconfig.yaml', ports)).toEqual([
    'discovery',
    '--domain',
    'cluster.local',
    '--kubeconfig=/state/kubeconfig.yaml',
    '--httpAddr=127.0.0.1:1001',
    '--httpsAddr=127.0.0.1:1005',
    '--grpcAddr=127.0.0.1:1002',
    '--secureGRPCAddr=127.0.0.1:1003',
    '--monitoringAddr=127.0.0.1:1004',
    '--ctrlz_address=127.0.0.1',
    '--ctrlz_port=1006',
    '--shutdownDuration=1s',
  ]);
});

it("passes the pod's environment on, fields looked up, what only a container has left out", () => {
  expect(buildIstiodEnvironment(pod, container)).toEqual({
    GOMAXPROCS: '1',
    REVISION: '1-26-1',
    POD_NAME: 'istiod-1-26-1-abc',
    PILOT_DEBOUNCE_MAX: '5s',
  });
});

it.each([
  [{ kind: 'waiting', reason: 'ContainerCreating' }, 0, 'Pending', 'False'],
  [{ kind: 'unready' }, 0, 'Running', 'False'],
  [{ kind: 'ready' }, 0, 'Running', 'True'],
  [{ kind: 'waiting', reason: 'CrashLoopBackOff' }, 2, 'Running', 'False'],
] as const)('reports %j after %i restarts as %s, ready %s', (state, restarts, phase, ready) => {
  expect(buildPodStatus(pod, { state, restarts })).toMatchObject({
    phase,
    conditions: [
      { type: 'Ready', status: ready },
      { type: 'ContainersReady', status: ready },
    ],
    containerStatuses: [{ name: 'discovery', restartCount: restarts }],
  });
});
