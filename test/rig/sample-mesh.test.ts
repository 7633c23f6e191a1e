import { expect, it } from '@jest/globals';
import { buildInstallArgs, buildTagArgs } from '../../rig/mesh/istioctl.ts';
import { buildNamespace, buildWorkloads } from '../../rig/mesh/samples/manifests.ts';
import { SAMPLE_NAMESPACES } from '../../rig/mesh/samples/workloads.ts';
import { STARTING_MESH } from '../../rig/mesh/starting-mesh.ts';

const isMeshed = ({ labels }: (typeof SAMPLE_NAMESPACES)[number]) => Object.keys(labels).length > 0;

it('has at least four meshed namespaces with sixteen workloads, and a bystander', () => {
  const meshed = SAMPLE_NAMESPACES.filter(isMeshed);

  expect(meshed.length).toBeGreaterThanOrEqual(4);
  expect(meshed.flatMap(({ workloads }) => workloads).length).toBeGreaterThanOrEqual(16);
  expect(SAMPLE_NAMESPACES.filter((each) => !isMeshed(each)).map(({ name }) => name)).toEqual([
    'legacy',
  ]);
});

it('joins the mesh in each of the ways people use', () => {
  const labels = SAMPLE_NAMESPACES.filter(isMeshed).map((each) => each.labels);

  expect(labels).toEqual(
    expect.arrayContaining([
      { 'istio.io/rev': STARTING_MESH.revision },
      { 'istio.io/rev': 'prod-stable' },
      { 'istio-injection': 'enabled' },
    ]),
  );
});

it('has every kind of workload, one to four replicas, and budgets that a rollout can keep', () => {
  const workloads = SAMPLE_NAMESPACES.filter(isMeshed).flatMap((each) => each.workloads);

  expect(new Set(workloads.map(({ kind }) => kind))).toEqual(
    new Set(['Deployment', 'StatefulSet', 'DaemonSet']),
  );
  const deployments = workloads.filter(({ kind }) => kind === 'Deployment');
  expect(new Set(deployments.map(({ replicas }) => replicas))).toEqual(new Set([1, 2, 3, 4]));
  expect(workloads.filter(({ budget }) => budget).every(({ replicas }) => replicas > 1)).toBe(true);
});

it('names objects uniquely within a namespace', () => {
  for (const namespace of SAMPLE_NAMESPACES) {
    const names = buildWorkloads(namespace).map(({ kind, metadata }) => `${kind}/${metadata.name}`);

    expect(new Set(names).size).toBe(names.length);
    expect(buildNamespace(namespace).metadata.labels).toMatchObject(namespace.labels);
  }
});

it('installs with a revision, two replicas and settings of its own to be recovered', () => {
  expect(buildInstallArgs('1-25-1')).toEqual([
    'install',
    '-y',
    '--revision',
    '1-25-1',
    ...[
      'profile=minimal',
      'values.pilot.autoscaleEnabled=false',
      'values.pilot.replicaCount=2',
      'values.pilot.env.PILOT_DEBOUNCE_MAX=5s',
      'meshConfig.accessLogFile=/dev/stdout',
      'meshConfig.outboundTrafficPolicy.mode=REGISTRY_ONLY',
    ].flatMap((setting) => ['--set', setting]),
  ]);
  expect(buildTagArgs('prod-stable', '1-25-1')).toEqual([
    'tag',
    'set',
    'prod-stable',
    '--revision',
    '1-25-1',
    '--overwrite',
  ]);
});
